namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports;

/// <summary>The model in a few numbers.</summary>
internal sealed record ModelSummary
{
    /// <summary>Such as "class-conditional".</summary>
    public required string Kind { get; init; }

    /// <summary>Number of classes; 0 for a model without.</summary>
    public required int ClassCount { get; init; }

    public required int Height { get; init; }

    public required int Width { get; init; }

    public required int Channels { get; init; }

    public required long ParameterCount { get; init; }

    public required long TrainedSteps { get; init; }

    /// <summary>Pictures per optimizer step.</summary>
    public required long PicturesPerStep { get; init; }

    /// <summary>Real pictures that the report was made with.</summary>
    public required int RealPictures { get; init; }
}
