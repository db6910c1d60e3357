namespace Microsoft.ML.SimpleDiffusion.Training.Checkpoints;

/// <summary>Where a restored run stands.</summary>
/// <param name="Step">Optimizer steps done.</param>
/// <param name="SkippedSteps">Steps among them that changed nothing because loss or gradient were not finite.</param>
internal readonly record struct RestorePoint(long Step, long SkippedSteps);
