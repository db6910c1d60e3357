namespace Microsoft.ML.SimpleDiffusion;

/// <summary>What the validation metrics said at one step of a training run, about the moving average of the weights.</summary>
public sealed class TrainingEvaluation
{
    /// <summary>Optimizer steps done.</summary>
    public required long Step { get; init; }

    /// <summary>Value of each metric by its name.</summary>
    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    /// <summary>Whether the monitored metric was better than at every evaluation before.</summary>
    public required bool IsBest { get; init; }
}
