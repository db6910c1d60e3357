namespace Microsoft.ML.SimpleDiffusion;

/// <summary>A point of the loss curve.</summary>
/// <param name="Step">Optimizer steps done.</param>
/// <param name="Loss">Mean training loss since the point before.</param>
public sealed record TrainingLoss(long Step, double Loss);
