namespace Microsoft.ML.SimpleDiffusion;

/// <summary>A point of the loss curve.</summary>
public sealed class TrainingLoss
{
    /// <summary>Optimizer steps done.</summary>
    public required long Step { get; init; }

    /// <summary>Mean training loss since the point before.</summary>
    public required double Loss { get; init; }
}
