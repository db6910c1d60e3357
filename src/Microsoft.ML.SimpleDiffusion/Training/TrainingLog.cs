using System.Globalization;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.Networks;

namespace Microsoft.ML.SimpleDiffusion.Training;

/// <summary>Tells the log of the <see cref="MLContext"/> and ML.NET's progress channel what a run does.</summary>
internal sealed class TrainingLog : IDisposable
{
    private readonly IHost _host;
    private readonly IChannel _channel;
    private readonly IProgressChannel _progress;

    public TrainingLog(IHostEnvironment environment)
    {
        _host = environment.Register(nameof(SimpleDiffusionEstimator));
        _channel = _host.Start("Training");
        _progress = _host.StartProgressChannel("Training");
        _progress.SetHeader(new ProgressHeader(["Loss"], ["steps"]), null);
    }

    public void Info(string message) => MLEnvironment.Info(_channel, message);

    public void Warning(string message) => MLEnvironment.Warning(_channel, message);

    /// <summary>Throws if the context has been cancelled.</summary>
    public void CheckAlive() => MLEnvironment.CheckAlive(_host);

    /// <summary>The numbers that were chosen.</summary>
    public void Network(NetworkSpecification specification, SimpleDiffusionOptions options, ComputeTarget target, int images)
    {
        var cost = NetworkCost.Of(specification);
        Info(string.Create(
            CultureInfo.InvariantCulture,
            $"Training {specification.Describe()} with {cost.Parameters:N0} parameters ({cost.ForwardFlops / 1e9:F2} GFLOP per image forward) on {images:N0} images, {target.Device} in {target.Precision}, seed {options.Seed}."));
    }

    public void Progress(TrainingProgress progress)
    {
        _progress.Checkpoint(progress.Loss, progress.Step);
        Info(string.Create(
            CultureInfo.InvariantCulture,
            $"Step {progress.Step} of {progress.TotalSteps}: loss {progress.Loss:F4}, gradient norm {progress.GradientNorm:F3}, learning rate {progress.LearningRate:G3}, {progress.ImagesPerSecond:F1} images/s, {(int)progress.TimeRemaining.TotalHours:00}:{progress.TimeRemaining:mm\\:ss} left."));
    }

    /// <param name="steps">Steps skipped so far, before the run was last resumed included.</param>
    public void Skipped(long steps)
    {
        if (steps > 0)
        {
            Warning($"Steps skipped so far because loss or gradient were not finite: {steps}.");
        }
    }

    public void Dispose()
    {
        _progress.Dispose();
        _channel.Dispose();
    }
}
