using Microsoft.ML.SimpleDiffusion;

namespace QuickStart;

/// <summary>What the command line says.</summary>
internal sealed record Settings
{
    public DirectoryInfo? Images { get; init; }

    public required DirectoryInfo Output { get; init; }

    public required int Size { get; init; }

    public required int Steps { get; init; }

    public required int Batch { get; init; }

    public required double LearningRate { get; init; }

    public int? NoiseResolution { get; init; }

    public required int PatchLevels { get; init; }

    public required bool Flip { get; init; }

    public required ComputeDevice Device { get; init; }

    public required ComputePrecision Precision { get; init; }

    public int? Threads { get; init; }

    public required int Seed { get; init; }

    public required float Guidance { get; init; }

    public required int SamplingSteps { get; init; }

    public DirectoryInfo? Checkpoints { get; init; }

    public FileInfo? LossLog { get; init; }

    public required bool Evaluate { get; init; }

    public required bool Verbose { get; init; }

    /// <summary>The estimator's options. What is not set here is chosen by the library.</summary>
    public SimpleDiffusionOptions ToOptions(IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
    {
        var options = new SimpleDiffusionOptions
        {
            ImageColumnName = nameof(ImageExample.ImagePath),
            ConditionColumnName = nameof(ImageExample.Label),
            ImageHeight = Size,
            ImageWidth = Size,
            Seed = Seed,
        };

        // More noise than the default: a short training does best to learn the coarse structure first.
        options.Diffusion.NoiseResolution = NoiseResolution ?? Math.Clamp(Size / 2, 1, 64);
        options.Network.Patching = PatchLevels > 0 ? PatchingType.Dwt : PatchingType.None;
        options.Network.PatchLevels = Math.Max(1, PatchLevels);
        options.Training.Steps = Steps;
        options.Training.BatchSize = Batch;
        options.Training.LearningRate = LearningRate;
        options.Training.LearningRateDecay = LearningRateDecay.Cosine;
        options.Training.EmaDecay = 0.995;
        options.Training.RandomHorizontalFlip = Flip;
        options.Training.CheckpointDirectory = Checkpoints?.FullName;
        options.Training.Progress = progress;
        options.Training.CancellationToken = cancellationToken;
        options.Training.OnCancellation = CancellationBehavior.ReturnModel;
        options.Sampling.Sampler = SamplerType.DpmSolverPlusPlus2M;
        options.Sampling.Steps = SamplingSteps;
        options.Sampling.GuidanceScale = Guidance;
        options.Compute.Device = Device;
        options.Compute.Precision = Precision;
        options.Compute.Threads = Threads;
        return options;
    }
}
