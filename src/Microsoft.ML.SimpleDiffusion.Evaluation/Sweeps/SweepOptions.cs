namespace Microsoft.ML.SimpleDiffusion.Evaluation;

/// <summary>What a sweep varies, how it looks for better options, and what it may spend. A plain object: the sweep copies it and never changes yours.</summary>
public sealed class SweepOptions
{
    /// <summary>
    /// The options that are varied; unchanged they are trial 0. Checkpoints, early stopping, keeping the best and the metrics of
    /// <see cref="TrainingOptions"/> must be left alone: the sweep has its own.
    /// </summary>
    public SimpleDiffusionOptions Base { get; set; } = new();

    /// <summary>
    /// What is varied: paths of options, which are then varied over the range of their own attribute, or <see cref="SweepParameter.Range"/> and
    /// <see cref="SweepParameter.Choice"/>. Null (default): every option with such an attribute that can make a difference to the metric.
    /// </summary>
    public IReadOnlyList<SweepParameter>? Parameters { get; set; }

    /// <summary>How trials are chosen and steps shared out. Default: <see cref="SweepStrategy.Random"/>.</summary>
    public SweepStrategy Strategy { get; set; } = SweepStrategy.Random;

    /// <summary>Trials in all, the default included, 2 to 10,000. Fewer if there are not so many combinations. Grid search ignores it. Default: 16.</summary>
    public int Trials { get; set; } = 16;

    /// <summary>Values per range in a grid search, both ends included, 2 to 1,000. Choices have all their values. Default: 3.</summary>
    public int GridPoints { get; set; } = 3;

    /// <summary>Optimizer steps of a trial that is trained to the end, 1 or more. Null (default): those of <see cref="Base"/>.</summary>
    public int? Steps { get; set; }

    /// <summary>
    /// Optimizer steps after which successive halving first compares, 1 to <see cref="Steps"/>: no fewer are done. Null (default): as many as leave
    /// about one trial for the last rung.
    /// </summary>
    public int? FirstRungSteps { get; set; }

    /// <summary>Successive halving keeps one trial in so many at each rung and trains it for so many times the steps, 2 to 100. Default: 3.</summary>
    public int HalvingFactor { get; set; } = 3;

    /// <summary>
    /// What is compared, measured on the moving average of the weights. Null (default): the validation loss, which is comparable only between models with
    /// the same image size, noise schedule and loss, so that options of <see cref="SimpleDiffusionOptions.Diffusion"/> cannot be swept by it.
    /// </summary>
    public IValidationMetric? Metric { get; set; }

    /// <summary>
    /// Folder for the state of the sweep, its checkpoints and its best model; needed. The same sweep begun again goes on from what lies there.
    /// </summary>
    public string Directory { get; set; } = string.Empty;

    /// <summary>Seed of the draws, and of the trainings if <see cref="Base"/> has none. Every trial trains with the same seed. Default: 0.</summary>
    public int Seed { get; set; }

    /// <summary>
    /// Processes that train, this one included, 1 (default) to 256. With more than one this program is started anew with the same arguments; what it does
    /// before it begins the sweep it does again, and it ends when the sweep is over. See docs/sweeps.md.
    /// </summary>
    public int ParallelProcesses { get; set; } = 1;

    /// <summary>Whether checkpoints and models of all trials are kept. Default: false; only the best trial's model is.</summary>
    public bool KeepAllTrials { get; set; }

    /// <summary>Is told of every training that has ended.</summary>
    public IProgress<SweepProgress>? Progress { get; set; }

    /// <summary>Stops the sweep between two training steps; begun again it goes on from there.</summary>
    public CancellationToken CancellationToken { get; set; }

    internal SweepOptions Clone()
    {
        var copy = (SweepOptions)MemberwiseClone();
        copy.Base = Base.Clone();
        copy.Parameters = Parameters is null ? null : [.. Parameters];
        return copy;
    }
}
