using Microsoft.ML.SimpleDiffusion.Training.Checkpoints;
using Microsoft.ML.SimpleDiffusion.Training.State;

namespace Microsoft.ML.SimpleDiffusion.Training.Observers;

/// <summary>Saves the run at chosen steps and at its end.</summary>
/// <param name="checkpoints">Saves.</param>
/// <param name="options">Which steps.</param>
/// <param name="endsHere">Whether the run ends after the step for other reasons.</param>
internal sealed class CheckpointObserver(RunCheckpoints checkpoints, TrainingOptions options, Func<bool> endsHere) : IStepObserver
{
    /// <inheritdoc/>
    public bool IsDue(long step) => step % options.CheckpointEverySteps == 0 || step == options.LastStep;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">A checkpoint cannot be written, or a number in it is not finite.</exception>
    public void AfterStep(long step, IReadOnlyList<StepResult> results)
    {
        if (IsDue(step) || endsHere())
        {
            checkpoints.Save();
        }
    }
}
