namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Measuring;

/// <summary>Turns images into features.</summary>
internal interface IFeatureExtractor : IDisposable
{
    /// <summary>What images are compared by, as the end of the sentence "Images are compared by …".</summary>
    string Description { get; }

    /// <summary>Whether a classifier has learnt the features, so that there are a classifier distance and class agreement.</summary>
    bool IsClassifier { get; }

    /// <summary>Features of each image, in order.</summary>
    IReadOnlyList<FeatureRow> Extract(IEnumerable<ImageRow> images);
}
