using Microsoft.ML.SimpleDiffusion;

namespace SweepSample;

/// <summary>What the command line says.</summary>
internal sealed record Settings
{
    public DirectoryInfo? Images { get; init; }

    public required DirectoryInfo Output { get; init; }

    public required int Size { get; init; }

    public required int Trials { get; init; }

    public required int Steps { get; init; }

    public required int Pictures { get; init; }

    public required int Seeds { get; init; }

    public required int Processes { get; init; }

    public int? Threads { get; init; }

    /// <summary>QuickStart's options: the default that the sweep is to beat.</summary>
    public SimpleDiffusionOptions ToOptions()
    {
        var options = new SimpleDiffusionOptions
        {
            ImageColumnName = nameof(QuickStart.ImageExample.ImagePath),
            ConditionColumnName = nameof(QuickStart.ImageExample.Label),
            ImageHeight = Size,
            ImageWidth = Size,
            Seed = 1,
        };
        options.Diffusion.NoiseResolution = Math.Clamp(Size / 2, 1, 64);
        options.Network.Patching = PatchingType.None;
        options.Training.Steps = Steps;
        options.Training.BatchSize = 16;
        options.Training.LearningRate = 3e-3;
        options.Training.LearningRateDecay = LearningRateDecay.Cosine;
        options.Training.EmaDecay = 0.995;
        options.Sampling.Sampler = SamplerType.DpmSolverPlusPlus2M;
        options.Sampling.Steps = 25;
        options.Compute.Threads = Threads;
        return options;
    }
}
