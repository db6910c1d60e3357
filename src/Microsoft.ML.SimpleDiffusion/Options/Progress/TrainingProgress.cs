namespace Microsoft.ML.SimpleDiffusion;

/// <summary>State of a training run, as reported to <see cref="TrainingOptions.Progress"/>.</summary>
public sealed class TrainingProgress
{
    /// <summary>Optimizer steps done.</summary>
    public int Step { get; init; }

    /// <summary>Optimizer steps in all.</summary>
    public int TotalSteps { get; init; }

    /// <summary>Mean loss since the report before; NaN if there has been no step since then, or all were skipped.</summary>
    public double Loss { get; init; }

    /// <summary>Learning rate of the last step; of the next one before the first.</summary>
    public double LearningRate { get; init; }

    /// <summary>Norm of the last step's gradient, before clipping; NaN before the first step.</summary>
    public double GradientNorm { get; init; }

    /// <summary>Steps so far that changed nothing because loss or gradient were not finite, those before the run was last resumed included.</summary>
    public long SkippedSteps { get; init; }

    /// <summary>Images trained on per second since the report before.</summary>
    public double ImagesPerSecond { get; init; }

    /// <summary>
    /// Floating-point operations per second since the report before. Only what the network needs counts: three forward passes per image, each the
    /// products of convolutions, dense layers and attention with two operations per multiply-add.
    /// </summary>
    public double ModelFlopsPerSecond { get; init; }

    /// <summary>
    /// <see cref="ModelFlopsPerSecond"/> over the speed of plain matrix products on the same device and in the same precision, 0 to 1. The products are measured
    /// at the start of the run and again at rare moments, in at most a thousandth of its time; the fastest count. It is 1 while steps are faster than they have been.
    /// </summary>
    public double ShareOfPeak { get; init; }

    /// <summary>
    /// Memory in use, in bytes: on a CPU the resident memory of the process; on a GPU all that is in use on it, by whatever program, or the resident
    /// memory of the process if the driver does not tell.
    /// </summary>
    public long MemoryBytes { get; init; }

    /// <summary>Share of the time since the report before that the step waited for data, 0 to 1.</summary>
    public double DataWaitShare { get; init; }

    /// <summary>The newest evaluation on validation data, or null if there has been none in this run.</summary>
    public TrainingEvaluation? Evaluation { get; init; }

    /// <summary>Estimate of the time left; zero before the first step, when nothing is known of it.</summary>
    public TimeSpan TimeRemaining { get; init; }
}
