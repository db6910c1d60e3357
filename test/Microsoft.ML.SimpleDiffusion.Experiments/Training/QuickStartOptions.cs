namespace Microsoft.ML.SimpleDiffusion.Experiments.Training;

/// <summary>What the sample QuickStart trains with.</summary>
internal static class QuickStartOptions
{
    /// <param name="size">Pixels on a side.</param>
    /// <param name="steps">Training steps.</param>
    /// <param name="threads">CPU threads, or null for one per core.</param>
    public static SimpleDiffusionOptions Create(int size, int steps, int? threads) => new()
    {
        ImageColumnName = "ImagePath",
        ConditionColumnName = "Label",
        ImageHeight = size,
        ImageWidth = size,
        Seed = 1,
        Diffusion = new DiffusionOptions { NoiseResolution = Math.Clamp(size / 2, 1, 64) },
        Network = new NetworkOptions { Patching = PatchingType.None },
        Training = new TrainingOptions { Steps = steps, BatchSize = 16, Optimizer = OptimizerType.Muon, LearningRate = 3e-3, LearningRateDecay = LearningRateDecay.Cosine, EmaDecay = 0.995 },
        Sampling = new SamplingOptions { Sampler = SamplerType.DpmSolverPlusPlus2M, Steps = 25, GuidanceScale = 2 },
        Compute = new ComputeOptions { Threads = threads },
    };
}
