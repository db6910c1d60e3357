namespace Microsoft.ML.SimpleDiffusion.Evaluation;

/// <summary>How often a classifier sees the class that was asked for.</summary>
public sealed class ClassAgreementMetrics
{
    internal ClassAgreementMetrics(double overall, IReadOnlyDictionary<string, double> perClass, IReadOnlyList<string> neverPredicted)
        => (Overall, PerClass, NeverPredicted) = (overall, perClass, neverPredicted);

    /// <summary>Share of all images with a class, 0 to 1; NaN if none has one.</summary>
    public double Overall { get; }

    /// <summary>Share of the images of each class, 0 to 1; NaN for a class without generated images.</summary>
    public IReadOnlyDictionary<string, double> PerClass { get; }

    /// <summary>Classes that the classifier saw in no image.</summary>
    public IReadOnlyList<string> NeverPredicted { get; }
}
