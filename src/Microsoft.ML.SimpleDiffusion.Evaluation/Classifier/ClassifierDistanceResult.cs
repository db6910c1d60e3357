using static System.FormattableString;

namespace Microsoft.ML.SimpleDiffusion.Evaluation;

/// <summary>How far generated images are from real ones by the features of a small classifier, with what to read that against.</summary>
public sealed class ClassifierDistanceResult
{
    /// <summary>Number of generated images.</summary>
    public required int Count { get; init; }

    /// <summary>The squared Fréchet distance between the classifier's features of generated and real images, 0 or more. It is no FID.</summary>
    public required double Distance { get; init; }

    /// <summary>The distance of other real images.</summary>
    public required double Floor { get; init; }

    /// <summary>The distance of noise.</summary>
    public required double Ceiling { get; init; }

    /// <summary>Share of the generated images that the classifier gives the class that was asked for, 0 to 1. NaN if there are no classes.</summary>
    public required double Agreement { get; init; }

    /// <summary>Share of the real images that the classifier gives their own class: what <see cref="Agreement"/> is to be read against.</summary>
    public required double RealAgreement { get; init; }

    /// <summary>The same as <see cref="Agreement"/> for each class; NaN for a class without generated images. Empty if there are no classes.</summary>
    public required IReadOnlyDictionary<string, double> PerClassAgreement { get; init; }

    /// <summary>All in a line.</summary>
    public override string ToString()
        => Invariant($"classifier distance {Distance:G4} (real images {Floor:G4}, noise {Ceiling:G4}), right class {Agreement:P0} (real images {RealAgreement:P0}), {Count} images");
}
