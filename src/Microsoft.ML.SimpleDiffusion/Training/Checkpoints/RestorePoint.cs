using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Training.Checkpoints;

/// <summary>Where a restored run stands.</summary>
/// <param name="Step">Optimizer steps done.</param>
/// <param name="SkippedSteps">Steps among them that changed nothing because loss or gradient were not finite.</param>
internal readonly record struct RestorePoint(long Step, long SkippedSteps)
{
    /// <summary>The part of the loss curve that has no point yet.</summary>
    public OpenLossInterval OpenLosses { get; init; } = OpenLossInterval.Empty;

    /// <summary>The configuration that the checkpoint was written with, which has the history of the run; null for one that is to be written.</summary>
    public ModelConfiguration? Configuration { get; init; }
}
