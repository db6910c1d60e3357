using Microsoft.ML.SimpleDiffusion;
using TextToImage.Generation;

namespace TextToImage;

/// <summary>What the command line says.</summary>
internal sealed record Settings
{
    public FileInfo? Captions { get; init; }

    public DirectoryInfo? Images { get; init; }

    public required string FileColumn { get; init; }

    public required string CaptionColumn { get; init; }

    public IReadOnlyList<string> Where { get; init; } = [];

    public required string Background { get; init; }

    public FileInfo? Model { get; init; }

    public IReadOnlyList<string> Prompts { get; init; } = [];

    public required DirectoryInfo Output { get; init; }

    public required int Size { get; init; }

    public required int Steps { get; init; }

    public required int Batch { get; init; }

    public required double LearningRate { get; init; }

    public required ComputeDevice Device { get; init; }

    public required ComputePrecision Precision { get; init; }

    public int? Threads { get; init; }

    public required int Seed { get; init; }

    public required int SamplingSteps { get; init; }

    public required int Judged { get; init; }

    public DirectoryInfo? Checkpoints { get; init; }

    public FileInfo? LossLog { get; init; }

    public required bool Verbose { get; init; }

    /// <summary>Says what does not go together.</summary>
    /// <exception cref="InvalidDataException">Something does not.</exception>
    public void Validate()
    {
        if (Captions is null != Images is null)
        {
            throw new InvalidDataException("--captions and --images go together: a file that names pictures, and the folder that they are in.");
        }

        if (Judged < 1)
        {
            throw new InvalidDataException("--judged should be 1 or more.");
        }
    }

    /// <summary>The estimator's options. What is not set here is chosen by the library.</summary>
    public SimpleDiffusionOptions ToOptions(string imageColumn, IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
    {
        var options = new SimpleDiffusionOptions
        {
            ImageColumnName = imageColumn,
            ConditionColumnName = nameof(PictureRequest.Caption),
            SeedColumnName = nameof(PictureRequest.Seed),
            OutputPixelsColumnName = nameof(GeneratedPicture.GeneratedPixels),
            ImageHeight = Size,
            ImageWidth = Size,
            Seed = Seed,
        };

        // Most of the work where objects are told apart and put in place: a wide transformer at a quarter of the resolution, and few convolutions around it.
        options.Network.BaseChannels = 32;
        options.Network.EmbeddingChannels = 128;
        options.Network.ChannelMultipliers = [1, 2, 6];
        options.Network.BlocksPerLevel = [1, 2];
        options.Network.TransformerBlocks = 4;
        options.Network.TextEncoder.Width = 128;
        options.Network.TextEncoder.Depth = 3;
        options.Network.TextEncoder.Heads = 4;

        // More noise than the default: a short training does best to learn the coarse structure first.
        options.Diffusion.NoiseResolution = Math.Clamp(Size / 2, 1, 64);
        options.Training.Steps = Steps;
        options.Training.BatchSize = Batch;
        options.Training.LearningRate = LearningRate;
        options.Training.LearningRateDecay = LearningRateDecay.Cosine;
        options.Training.EmaDecay = 0.999;
        options.Training.CheckpointDirectory = Checkpoints?.FullName;
        options.Training.Progress = progress;
        options.Training.CancellationToken = cancellationToken;
        options.Training.OnCancellation = CancellationBehavior.ReturnModel;
        options.Sampling = PictureGenerator.Sampling(guidance: 2, SamplingSteps);
        options.Compute.Device = Device;
        options.Compute.Precision = Precision;
        options.Compute.Threads = Threads;
        return options;
    }
}
