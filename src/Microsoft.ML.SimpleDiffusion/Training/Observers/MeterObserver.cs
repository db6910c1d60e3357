using System.Diagnostics.Metrics;
using Microsoft.ML.SimpleDiffusion.Training.State;

namespace Microsoft.ML.SimpleDiffusion.Training.Observers;

/// <summary>Tells listeners of the library's meter how a run goes. It reads nothing from the device that is not read anyway.</summary>
/// <param name="options">How many images a step takes.</param>
internal sealed class MeterObserver(TrainingOptions options) : IStepObserver
{
    private static readonly Counter<long> Steps = SimpleDiffusionDiagnostics.Meter.CreateCounter<long>("simple_diffusion.training.steps", "{step}", "Optimizer steps done.");
    private static readonly Counter<long> Skipped = SimpleDiffusionDiagnostics.Meter.CreateCounter<long>("simple_diffusion.training.skipped_steps", "{step}", "Steps that changed nothing because loss or gradient were not finite.");
    private static readonly Counter<long> Images = SimpleDiffusionDiagnostics.Meter.CreateCounter<long>("simple_diffusion.training.images", "{image}", "Images trained on.");
    private static readonly Gauge<double> Loss = SimpleDiffusionDiagnostics.Meter.CreateGauge<double>("simple_diffusion.training.loss", description: "Loss of the newest step that was read.");

    /// <inheritdoc/>
    public bool IsDue(long step) => false;

    /// <inheritdoc/>
    public void AfterStep(long step, IReadOnlyList<StepResult> results)
    {
        Steps.Add(results.Count);
        Images.Add((long)results.Count * options.BatchSize * options.GradientAccumulation);
        if (results.Count(result => result.IsSkipped) is > 0 and var skipped)
        {
            Skipped.Add(skipped);
        }

        Loss.Record(results[^1].Loss);
    }
}
