namespace Microsoft.ML.SimpleDiffusion.Evaluation.Classifier;

/// <summary>What a saved classifier says of itself beside its weights.</summary>
internal sealed record ClassifierConfiguration
{
    public required string ImageColumnName { get; init; }

    public required string FeatureColumnName { get; init; }

    public required string ScoreColumnName { get; init; }

    public required string PredictedLabelColumnName { get; init; }

    public required int ImageSize { get; init; }

    public required int Channels { get; init; }

    public required int BatchSize { get; init; }

    /// <summary>Text of each class, in the order of the scores.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    public static ClassifierConfiguration Create(SmallImageClassifierOptions options, IReadOnlyList<string> classes) => new()
    {
        ImageColumnName = options.ImageColumnName,
        FeatureColumnName = options.FeatureColumnName,
        ScoreColumnName = options.ScoreColumnName,
        PredictedLabelColumnName = options.PredictedLabelColumnName,
        ImageSize = options.ImageSize,
        Channels = options.Channels,
        BatchSize = options.BatchSize,
        Classes = classes,
    };

    /// <summary>The options that this comes from, as far as they matter after training.</summary>
    public SmallImageClassifierOptions ToOptions() => new()
    {
        ImageColumnName = ImageColumnName,
        FeatureColumnName = FeatureColumnName,
        ScoreColumnName = ScoreColumnName,
        PredictedLabelColumnName = PredictedLabelColumnName,
        ImageSize = ImageSize,
        Channels = Channels,
        BatchSize = BatchSize,
    };
}
