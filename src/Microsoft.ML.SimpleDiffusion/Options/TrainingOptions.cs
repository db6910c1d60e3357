using System.Text.Json.Serialization;
using Microsoft.ML.SearchSpace;

namespace Microsoft.ML.SimpleDiffusion;

/// <summary>The training run (appendix B of the paper; deviations are named where they are).</summary>
public sealed class TrainingOptions
{
    /// <summary>Name of the metric that is always measured on validation data: the training loss on it, at the same times and noise at every evaluation.</summary>
    public const string ValidationLossName = "ValidationLoss";

    /// <summary>Number of optimizer steps, 1 or more. Default: 10,000.</summary>
    [MayChange]
    [NotSwept]
    public int Steps { get; set; } = 10_000;

    /// <summary>Images per forward pass, 1 or more. Default: 32.</summary>
    [MayChange]
    public int BatchSize { get; set; } = 32;

    /// <summary>Forward passes whose gradients are summed before each optimizer step, 1 or more. Default: 1.</summary>
    [MayChange]
    public int GradientAccumulation { get; set; } = 1;

    /// <summary>What turns gradients into steps. Default: <see cref="OptimizerType.Adam"/>, as in the paper.</summary>
    public OptimizerType Optimizer { get; set; } = OptimizerType.Adam;

    /// <summary>Peak learning rate of Adam, above 0. Default: 3e-4; the paper uses 1e-4 for its 2 billion parameters.</summary>
    [Range(5e-5, 2e-3, 3e-4, true)]
    public double LearningRate { get; set; } = 3e-4;

    /// <summary>
    /// How the learning rate goes on after the warm-up. Default: <see cref="LearningRateDecay.Constant"/>, as in the paper.
    /// </summary>
    public LearningRateDecay LearningRateDecay { get; set; } = LearningRateDecay.Constant;

    /// <summary>
    /// Share of <see cref="Steps"/> over which <see cref="LearningRateDecay.WarmupStableDecay"/> takes the learning rate to zero, above 0 to 1. Default: 0.2. The
    /// warm-up comes first.
    /// </summary>
    [Range(0.1, 0.5, 0.2, false)]
    [CountsWhere("Training.LearningRateDecay", LearningRateDecay.WarmupStableDecay)]
    public double LearningRateDecayShare { get; set; } = 0.2;

    /// <summary>Steps over which the learning rate rises linearly from 0. Null (default): a twentieth of <see cref="Steps"/>, at most 10,000.</summary>
    [MayChange]
    public int? WarmupSteps { get; set; }

    /// <summary>Adam's decay of the first moment, 0 to below 1. Default: 0.9.</summary>
    public double AdamBeta1 { get; set; } = 0.9;

    /// <summary>Adam's decay of the second moment, 0 to below 1. Default: 0.99.</summary>
    [Range(0.95, 0.999, 0.99, false)]
    public double AdamBeta2 { get; set; } = 0.99;

    /// <summary>Adam's epsilon, above 0. Default: 1e-12.</summary>
    public double AdamEpsilon { get; set; } = 1e-12;

    /// <summary>Decoupled weight decay (AdamW), 0 (default) or more.</summary>
    public double WeightDecay { get; set; }

    /// <summary>Largest norm of the gradient over all parameters; 0 turns clipping off. Default: 1.</summary>
    public double GradientClipNorm { get; set; } = 1;

    /// <summary>
    /// Decay of the moving average of the weights that generate images, 0 to below 1. Default: 0.9999. Warmed up as
    /// min(decay, (1 + step) / (10 + step)), so that short runs work too.
    /// </summary>
    public double EmaDecay { get; set; } = 0.9999;

    /// <summary>
    /// Share of <see cref="Steps"/>, the first, that train on images of half of the height and width, 0 to 0.9. Such a step takes about a quarter of the time. Height and
    /// width must still be divisible by what the network divides them by. Default: 0 (none), as in the paper.
    /// </summary>
    [Range(0.0, 0.7, 0.0, false)]
    public double HalfResolutionShare { get; set; }

    /// <summary>Whether training images are mirrored left to right with probability one half. Default: false; true suits photos.</summary>
    [BooleanChoice(false)]
    public bool RandomHorizontalFlip { get; set; }

    /// <summary>
    /// Share of the steps, those of <see cref="HalfResolutionShare"/> apart, that train on random crops of half of the height and width, 0 to 0.9. Such a step takes
    /// about a quarter of the time. <see cref="NetworkOptions.Coordinates"/> must be true, so that the network knows where a crop is from; height and width must
    /// still be divisible by what the network divides them by. Wang et al. 2023 ("Patch diffusion") take half of the steps. Default: 0 (none).
    /// </summary>
    public double CropShare { get; set; }

    /// <summary>
    /// Share of training images that are geometrically transformed, 0 to 0.95: mirrored, turned, scaled, stretched and shifted, one or more of these, with what lies
    /// beyond the edges mirrored. The network is told how, through a small layer that the model then has, so that generated images, of which it is told nothing,
    /// do not show it: for small data sets (Jun et al. 2020, "Distribution augmentation for generative modeling"; Karras et al. 2022, "Elucidating the design space
    /// of diffusion-based generative models", augmentation regularization, where the kinds have a probability of 0.12 each on CIFAR-10, which is a share of about
    /// a half). Default: 0 (none).
    /// </summary>
    [Range(0.0, 0.6, 0.0, false)]
    public double AugmentationShare { get; set; }

    /// <summary>
    /// Whether libtorch draws the training noise on the device. Default: false, so that a run learns the same on every device, bit for bit but for rounding, in
    /// however many batches a step comes. If true, a GPU draws it in no time and nothing of it is uploaded, but the noise follows from the kind of device and
    /// the size of a batch; runs still go on from their checkpoints as if they had never stopped, on the same device.
    /// </summary>
    public bool DrawNoiseOnDevice { get; set; }

    /// <summary>
    /// Steps in a row that may be skipped because loss or gradient are not finite before the run ends with an error, 1 or more. Default: 10.
    /// Skipped steps change nothing, and are counted in the log.
    /// </summary>
    [MayChange]
    public int MaxSkippedStepsInARow { get; set; } = 10;

    /// <summary>Folder for checkpoints. Null (default): none are written.</summary>
    [MachineOnly]
    public string? CheckpointDirectory { get; set; }

    /// <summary>Steps between two checkpoints, 1 or more. Default: 1,000. The last step always writes one.</summary>
    [MayChange]
    [NotSwept]
    [CountsUnless("Training.CheckpointDirectory", null)]
    public int CheckpointEverySteps { get; set; } = 1_000;

    /// <summary>How many of the newest checkpoints are kept, 1 or more. Default: 2, so that a damaged one costs little.</summary>
    [MayChange]
    [NotSwept]
    [CountsUnless("Training.CheckpointDirectory", null)]
    public int CheckpointsToKeep { get; set; } = 2;

    /// <summary>Checkpoints at multiples of this number of steps are kept for good, 1 or more. Null (default): none are.</summary>
    [MayChange]
    [NotSwept]
    [CountsUnless("Training.CheckpointDirectory", null)]
    public int? KeepCheckpointEverySteps { get; set; }

    /// <summary>
    /// Whether checkpoints hold two more averages of the weights, of which those of any width can be made when the run is done, so that the width need not be
    /// guessed before (Karras et al. 2024, "Analyzing and improving the training dynamics of diffusion models"): with
    /// <see cref="SimpleDiffusionModelCatalog.SynthesizeAverage"/>. The more checkpoints are kept (<see cref="KeepCheckpointEverySteps"/>), the closer; some tens are
    /// plenty. The training's state takes two fifths more memory and its checkpoints are half as large again; nothing else changes. Default: false.
    /// </summary>
    [NotSwept]
    [CountsUnless("Training.CheckpointDirectory", null)]
    public bool PowerFunctionAverages { get; set; }

    /// <summary>
    /// Whether to go on from the newest whole checkpoint in <see cref="CheckpointDirectory"/>, if there is one. Default: true. If false, checkpoints
    /// of earlier runs are moved to a folder 'set-aside' in it.
    /// </summary>
    [MayChange]
    [NotSwept]
    public bool ResumeFromCheckpoint { get; set; } = true;

    /// <summary>
    /// What happens when a run that goes on from a checkpoint finds other training or validation images, other conditions, or the same in another order.
    /// Default: <see cref="ChangedDataHandling.Fail"/>.
    /// </summary>
    [MayChange]
    [NotSwept]
    [CountsUnless("Training.CheckpointDirectory", null)]
    public ChangedDataHandling ChangedData { get; set; } = ChangedDataHandling.Fail;

    /// <summary>
    /// Steps between two grids of generated images, 1 or more: a row of eight for each of the first ten classes or captions, or four rows without either, always
    /// from the same seeds, made from the moving average of the weights by the run's <see cref="SimpleDiffusionOptions.Sampling"/>. They go to
    /// <c>samples/step-00001000.png</c> below <see cref="CheckpointDirectory"/>, which must be set. Null (default): none are made.
    /// </summary>
    [MayChange]
    [NotSwept]
    public int? SampleEverySteps { get; set; }

    /// <summary>
    /// Folder for TensorBoard's event files: loss, learning rate, gradient norm, speed, memory, what validation metrics say, and the grids of
    /// <see cref="SampleEverySteps"/>. A resumed run adds to it. Null (default): none are written.
    /// </summary>
    [MachineOnly]
    public string? TensorBoardDirectory { get; set; }

    /// <summary>
    /// Steps between two evaluations on the validation data that <c>Fit</c> was given, 1 or more, and at most 2,000 evaluations in a run; the last step is
    /// always evaluated. Null (default): a tenth of <see cref="Steps"/>. Evaluated is the moving average of the weights, which generates images.
    /// </summary>
    [MayChange]
    [NotSwept]
    public int? EvaluateEverySteps { get; set; }

    /// <summary>
    /// Metrics beside the validation loss, which is always measured: at most 10, with different names of at most 50 characters. They need validation data.
    /// One that throws ends the run; without <see cref="CheckpointDirectory"/> it only costs its value, unless <see cref="KeepBest"/> or
    /// <see cref="EarlyStoppingPatience"/> goes by it or nothing has been learnt yet. Not stored in the model. Default: none.
    /// </summary>
    [JsonIgnore]
    public IReadOnlyList<IValidationMetric> Metrics { get; set; } = [];

    /// <summary>
    /// Name of the metric that <see cref="EarlyStoppingPatience"/> and <see cref="KeepBest"/> go by: one of <see cref="Metrics"/>, or
    /// <c>ValidationLoss</c> (default), of which lower is better.
    /// </summary>
    [MayChange]
    public string MonitoredMetric { get; set; } = ValidationLossName;

    /// <summary>Evaluations in a row without a better value of <see cref="MonitoredMetric"/> after which training ends, 1 or more. Null (default): it never ends early.</summary>
    [MayChange]
    [NotSwept]
    public int? EarlyStoppingPatience { get; set; }

    /// <summary>
    /// Whether the model is the best of those evaluated, by <see cref="MonitoredMetric"/>, instead of the last. Until the end it lies in
    /// <c>best.safetensors</c> in <see cref="CheckpointDirectory"/>, or in memory if there is none. Default: false. Needs validation data.
    /// </summary>
    [MayChange]
    [NotSwept]
    public bool KeepBest { get; set; }

    /// <summary>
    /// Step at which <c>Fit</c> writes a checkpoint and returns the model so far, 1 to <see cref="Steps"/>; a later run with a higher one goes on as if
    /// there had been no pause, because schedules go by <see cref="Steps"/>. With validation data the model is evaluated at that step, too.
    /// Null (default): at <see cref="Steps"/>.
    /// </summary>
    [MayChange]
    [NotSwept]
    public int? StopAtStep { get; set; }

    /// <summary>What happens when an image cannot be read. Default: <see cref="CorruptImageHandling.Fail"/>.</summary>
    [MayChange]
    public CorruptImageHandling CorruptImages { get; set; } = CorruptImageHandling.Fail;

    /// <summary>Receives the state of the run about once a second, and after each evaluation. Not stored in the model.</summary>
    [JsonIgnore]
    public IProgress<TrainingProgress>? Progress { get; set; }

    /// <summary>Stops the run between two steps; <see cref="OnCancellation"/> says what <c>Fit</c> then does. Not stored in the model.</summary>
    [JsonIgnore]
    public CancellationToken CancellationToken { get; set; }

    /// <summary>What <c>Fit</c> does when it is cancelled. Default: <see cref="CancellationBehavior.Throw"/>.</summary>
    [MayChange]
    [NotSwept]
    public CancellationBehavior OnCancellation { get; set; } = CancellationBehavior.Throw;

    /// <summary>The step at which <c>Fit</c> returns, if nothing ends it before.</summary>
    internal int LastStep => StopAtStep ?? Steps;

    /// <summary>Steps between two evaluations.</summary>
    internal int EvaluationInterval => EvaluateEverySteps ?? Math.Max(Steps / 10, 1);

    internal TrainingOptions Clone()
    {
        var copy = (TrainingOptions)MemberwiseClone();
        copy.Metrics = [.. Metrics];
        return copy;
    }
}
