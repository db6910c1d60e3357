namespace Microsoft.ML.SimpleDiffusion;

/// <summary>State of a training run, as reported to <see cref="TrainingOptions.Progress"/>.</summary>
/// <param name="Step">Optimizer steps done.</param>
/// <param name="TotalSteps">Optimizer steps in all.</param>
/// <param name="Loss">Mean loss since the report before.</param>
/// <param name="LearningRate">Learning rate of the last step.</param>
/// <param name="GradientNorm">Norm of the last step's gradient, before clipping.</param>
/// <param name="ImagesPerSecond">Images trained on per second since the report before.</param>
/// <param name="DataWaitShare">Share of the time since the report before that the step waited for data, 0 to 1.</param>
/// <param name="TimeRemaining">Estimate of the time left.</param>
public sealed record TrainingProgress(
    int Step,
    int TotalSteps,
    double Loss,
    double LearningRate,
    double GradientNorm,
    double ImagesPerSecond,
    double DataWaitShare,
    TimeSpan TimeRemaining);
