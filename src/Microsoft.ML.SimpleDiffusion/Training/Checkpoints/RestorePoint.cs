using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.Training.State;

namespace Microsoft.ML.SimpleDiffusion.Training.Checkpoints;

/// <summary>Where a restored run stands.</summary>
/// <param name="Step">Optimizer steps done.</param>
/// <param name="SkippedSteps">Steps among them that changed nothing because loss or gradient were not finite.</param>
internal readonly record struct RestorePoint(long Step, long SkippedSteps)
{
    /// <summary>The part of the loss curve that has no point yet.</summary>
    public OpenLossInterval OpenLosses { get; init; } = OpenLossInterval.Empty;

    /// <summary>The data of the run, or null in a checkpoint of an earlier version.</summary>
    public RunData? Data { get; init; }

    /// <summary>The configuration that the checkpoint was written with, which has the history of the run; null for one that is to be written.</summary>
    public ModelConfiguration? Configuration { get; init; }
}
