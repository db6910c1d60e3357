namespace Microsoft.ML.SimpleDiffusion.Experiments.Ablations;

/// <summary>What the variants have in common, and what makes results comparable: an output folder holds results of one scale.</summary>
internal sealed record Scale
{
    /// <summary>Pixels on a side.</summary>
    public required int Size { get; init; }

    /// <summary>Training steps of every variant, or null if each has the same time.</summary>
    public int? Steps { get; init; }

    /// <summary>Training minutes of every variant, or null if each does the same number of steps.</summary>
    public double? Minutes { get; init; }

    public required int BaseChannels { get; init; }

    public required int Batch { get; init; }

    public required double LearningRate { get; init; }

    /// <summary>Training loss.</summary>
    public required LossType Loss { get; init; }

    /// <summary>Generated pictures per variant.</summary>
    public required int Samples { get; init; }

    /// <summary>Network evaluations per generated picture.</summary>
    public required int SamplingSteps { get; init; }

    public required ComputePrecision Precision { get; init; }

    public required int Seed { get; init; }
}
