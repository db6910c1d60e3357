namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Measuring;

/// <summary>Turns pictures into features.</summary>
internal interface IFeatureExtractor : IDisposable
{
    /// <summary>What pictures are compared by, as the end of the sentence "Pictures are compared by …".</summary>
    string Description { get; }

    /// <summary>Whether a classifier has learnt the features, so that there are a classifier distance and class agreement.</summary>
    bool IsClassifier { get; }

    /// <summary>Features of each picture, in order.</summary>
    IReadOnlyList<FeatureRow> Extract(IEnumerable<PictureRow> pictures);
}
