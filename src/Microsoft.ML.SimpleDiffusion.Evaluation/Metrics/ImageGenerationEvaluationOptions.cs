namespace Microsoft.ML.SimpleDiffusion.Evaluation;

/// <summary>
/// What <see cref="ImageGenerationCatalog.Evaluate"/> computes, from which columns. A column that is
/// null is not read, and its metrics are null; a column that is named must be there.
/// </summary>
public sealed class ImageGenerationEvaluationOptions
{
    /// <summary>Metrics to compute, as far as their columns are named. Default: all.</summary>
    public ImageGenerationMetricTypes Metrics { get; set; } = ImageGenerationMetricTypes.All;

    /// <summary>
    /// Column of image features in all views: a vector of known size of Single or Double. They may come from any transform. Default: <c>Features</c>.
    /// </summary>
    public string? FeatureColumnName { get; set; } = "Features";

    /// <summary>Column of class probabilities of generated images, for the Inception score. Default: null.</summary>
    public string? ProbabilityColumnName { get; set; }

    /// <summary>
    /// Parts of the generated images that the Inception score is computed on, 1 or more. Images are dealt out in turn, so that sorted ones do no harm.
    /// Default: 10.
    /// </summary>
    public int InceptionScoreSplits { get; set; } = 10;

    /// <summary>Column of the class that was asked for of generated images, key or text. Default: null.</summary>
    public string? LabelColumnName { get; set; }

    /// <summary>Column of the class that a classifier sees in generated images, key or text. Compared with the label by its text. Default: null.</summary>
    public string? PredictedLabelColumnName { get; set; }

    /// <summary>Column of features of the texts that generated images are of, for the CLIP score. Default: null.</summary>
    public string? TextFeatureColumnName { get; set; }

    /// <summary>
    /// Column of features of generated images in the space of those of the texts. Null (default): <see cref="FeatureColumnName"/>.
    /// </summary>
    public string? ImageFeatureColumnName { get; set; }

    /// <summary>Neighbours that make the balls of precision and recall, 1 or more. Default: 3 (Kynkäänniemi et al. 2019).</summary>
    public int PrecisionAndRecallNeighbors { get; set; } = 3;

    /// <summary>Neighbours that make the balls of density and coverage, 1 or more. Default: 5 (Naeem et al. 2020).</summary>
    public int DensityAndCoverageNeighbors { get; set; } = 5;

    /// <summary>Pairs of subsets that the kernel distance is computed on, 1 or more. Default: 100.</summary>
    public int KernelSubsets { get; set; } = 100;

    /// <summary>
    /// Images of each subset, 2 or more. If there are fewer generated or reference images, as many as there are; if it is at least as large as both sets,
    /// the distance is computed once on all images. Default: 1,000.
    /// </summary>
    public int KernelSubsetSize { get; set; } = 1000;

    /// <summary>Seed of the subsets. Default: 0.</summary>
    public int Seed { get; set; }

    /// <summary>Distance by which nearest neighbours are found. Default: <see cref="FeatureDistance.Euclidean"/>.</summary>
    public FeatureDistance NearestNeighborDistance { get; set; } = FeatureDistance.Euclidean;

    /// <summary>
    /// Megabytes for blocks of rows and of distances, 1 or more, beside the features themselves. Affects speed; results only within rounding. Default: 256.
    /// </summary>
    public int BlockMegabytes { get; set; } = 256;

    /// <summary>Stops the evaluation.</summary>
    public CancellationToken CancellationToken { get; set; }

    internal long BlockBytes => (long)BlockMegabytes << 20;

    internal ImageGenerationEvaluationOptions Clone() => (ImageGenerationEvaluationOptions)MemberwiseClone();

    internal void Validate()
    {
        Require.That(nameof(Metrics), Metrics, Metrics != 0 && (Metrics & ~ImageGenerationMetricTypes.All) == 0, "must name one metric or more");
        Require.NotEmptyUnlessNull(nameof(FeatureColumnName), FeatureColumnName);
        Require.NotEmptyUnlessNull(nameof(ProbabilityColumnName), ProbabilityColumnName);
        Require.NotEmptyUnlessNull(nameof(LabelColumnName), LabelColumnName);
        Require.NotEmptyUnlessNull(nameof(PredictedLabelColumnName), PredictedLabelColumnName);
        Require.NotEmptyUnlessNull(nameof(TextFeatureColumnName), TextFeatureColumnName);
        Require.NotEmptyUnlessNull(nameof(ImageFeatureColumnName), ImageFeatureColumnName);
        Require.That(
            nameof(PredictedLabelColumnName),
            PredictedLabelColumnName,
            (LabelColumnName is null) == (PredictedLabelColumnName is null),
            $"must be named together with {nameof(LabelColumnName)}");
        Require.That(
            nameof(TextFeatureColumnName),
            TextFeatureColumnName,
            TextFeatureColumnName is null || ImageFeatureColumnName is not null || FeatureColumnName is not null,
            $"needs {nameof(ImageFeatureColumnName)} or {nameof(FeatureColumnName)}");
        Require.AtLeast(nameof(InceptionScoreSplits), InceptionScoreSplits, 1);
        Require.AtLeast(nameof(PrecisionAndRecallNeighbors), PrecisionAndRecallNeighbors, 1);
        Require.AtLeast(nameof(DensityAndCoverageNeighbors), DensityAndCoverageNeighbors, 1);
        Require.AtLeast(nameof(KernelSubsets), KernelSubsets, 1);
        Require.AtLeast(nameof(KernelSubsetSize), KernelSubsetSize, 2);
        Require.Defined(nameof(NearestNeighborDistance), NearestNeighborDistance);
        Require.AtLeast(nameof(BlockMegabytes), BlockMegabytes, 1);
    }

    /// <summary>Whether any of some metrics is asked for.</summary>
    internal bool Wants(ImageGenerationMetricTypes metrics) => (Metrics & metrics) != 0;
}
