using Microsoft.ML.SimpleDiffusion.Training.State;

namespace Microsoft.ML.SimpleDiffusion.Training.Observers;

/// <summary>Generates a grid of samples at chosen steps.</summary>
/// <param name="run">The run.</param>
/// <param name="samples">The grids.</param>
/// <param name="reports">Where they go.</param>
internal sealed class SampleObserver(TrainingRun run, SampleGrids samples, RunReports reports) : IStepObserver
{
    /// <inheritdoc/>
    public bool IsDue(long step) => step % run.Options.Training.SampleEverySteps == 0;

    /// <inheritdoc/>
    public void AfterStep(long step, IReadOnlyList<StepResult> results)
    {
        if (IsDue(step))
        {
            reports.WriteSamples(step, () => samples.Write(run));
        }
    }
}
