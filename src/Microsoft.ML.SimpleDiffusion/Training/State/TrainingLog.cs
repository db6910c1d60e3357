using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using static System.FormattableString;

namespace Microsoft.ML.SimpleDiffusion.Training.State;

/// <summary>Tells the log of the <see cref="MLContext"/> and ML.NET's progress channel what a run does, on the first rank.</summary>
internal sealed class TrainingLog : IDisposable
{
    /// <summary>Share of the time waiting for data from which on the log mentions it.</summary>
    private const double NotableWait = 0.02;

    private const int WidestFastHead = 256;

    private readonly IHost _host;
    private readonly bool _isSilent;
    private readonly LogChannel _channel;
    private readonly IProgressChannel _progress;

    /// <param name="environment">ML.NET's environment.</param>
    /// <param name="isSilent">Whether another rank tells.</param>
    public TrainingLog(IHostEnvironment environment, bool isSilent = false)
    {
        _isSilent = isSilent;
        _host = environment.Register(nameof(SimpleDiffusionEstimator));
        _channel = new LogChannel(_host, "Training");
        _progress = _host.StartProgressChannel("Training");
        _progress.SetHeader(new ProgressHeader(["Loss"], ["steps"]), null);
    }

    /// <summary>Whether the context has been cancelled.</summary>
    public bool IsCancelled => MLEnvironment.IsCancelled(_host);

    public void Info(string message)
    {
        if (!_isSilent)
        {
            _channel.Info(message);
        }
    }

    public void Warning(string message)
    {
        if (!_isSilent)
        {
            _channel.Warning(message);
        }
    }

    /// <summary>Throws if the context has been cancelled.</summary>
    public void CheckAlive() => MLEnvironment.CheckAlive(_host);

    /// <summary>The numbers that were chosen.</summary>
    public void Network(NetworkSpecification specification, SimpleDiffusionOptions options, ComputeTarget target, int images)
    {
        var plan = NetworkPlan.Of(specification);
        Info(Invariant(
            $"Training {specification.Describe()} with {plan.ParameterCount:N0} parameters ({plan.Flops / 1e9:F2} GFLOP per image forward) on {images:N0} images, {target.Describe()}, seed {options.Seed}."));
        int headWidth = specification.LevelChannels(specification.Downsamplings) / specification.AttentionHeads;
        if (target.IsCuda && headWidth > WidestFastHead)
        {
            Warning($"The heads of the attention are {headWidth} wide, and above {WidestFastHead} GPUs have no fast attention: more Network.AttentionHeads would be faster.");
        }
    }

    public void Progress(TrainingProgress progress)
    {
        if (!_isSilent)
        {
            _progress.Checkpoint(progress.Loss, progress.Step);
        }

        Info(Invariant($"Step {progress.Step} of {progress.TotalSteps}: {string.Join(", ", Describe(progress))}."));
    }

    public void Evaluation(TrainingEvaluation evaluation)
        => Info(Invariant($"Evaluation at step {evaluation.Step}: {string.Join(", ", evaluation.Metrics.Select(metric => Invariant($"{metric.Key} {metric.Value:G5}")))}{(evaluation.IsBest ? " (best so far)" : string.Empty)}."));

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

    /// <summary>Skipped steps and waiting are mentioned only where there are any.</summary>
    private static IEnumerable<string> Describe(TrainingProgress progress)
    {
        yield return Invariant($"loss {progress.Loss:F4}");
        yield return Invariant($"gradient norm {progress.GradientNorm:F3}");
        yield return Invariant($"learning rate {progress.LearningRate:G3}");
        if (progress.SkippedSteps > 0)
        {
            yield return Invariant($"{progress.SkippedSteps} steps skipped");
        }

        yield return Invariant($"{progress.ImagesPerSecond:F1} images/s");
        yield return Invariant($"{progress.ModelFlopsPerSecond / 1e9:F0} GFLOP/s ({progress.ShareOfPeak:P0} of the matrix peak)");
        if (progress.DataWaitShare >= NotableWait)
        {
            yield return Invariant($"{progress.DataWaitShare:P0} of the time waiting for data");
        }

        yield return Invariant($"{progress.MemoryBytes / 1e9:F1} GB");
        yield return Invariant($"{(int)progress.TimeRemaining.TotalHours:00}:{progress.TimeRemaining:mm\\:ss} left");
    }
}
