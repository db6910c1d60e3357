namespace Microsoft.ML.SimpleDiffusion;

/// <summary>
/// Options by name: the experiments of the paper (appendix B), and small ones for the machine at hand. Each call makes new options, in which the
/// columns are still to be named. docs/presets.md lists sizes and memory.
/// </summary>
public static class SimpleDiffusionPresets
{
    /// <summary>The U-Net of the paper for ImageNet at 128×128: 979 million weights with 1,000 classes.</summary>
    public static SimpleDiffusionOptions UNetImageNet128()
    {
        var options = PaperUNet(128, [1, 2, 4, 8, 8], [3, 4, 4, 12, 4]);
        options.Training.Steps = 1_500_000;
        options.Training.AdamBeta2 = 0.999;
        return options;
    }

    /// <summary>
    /// The U-Net of the paper for ImageNet at 256×256: 973 million weights with 1,000 classes. The noise resolution is 32, that of tables 6 and 7.
    /// </summary>
    public static SimpleDiffusionOptions UNetImageNet256()
    {
        var options = PaperUNet(256, [1, 1, 2, 4, 8, 8], [1, 2, 2, 4, 12, 4]);
        options.Diffusion.NoiseResolution = 32;
        return options;
    }

    /// <summary>
    /// The U-Net of the paper for ImageNet at 512×512, on two wavelet levels and with the multiscale loss (table 7): 996 million weights with 1,000 classes.
    /// </summary>
    public static SimpleDiffusionOptions UNetImageNet512()
    {
        var options = PaperUNet(512, [2, 3, 4, 8, 8], [3, 3, 4, 12, 4]);
        options.Network.Patching = PatchingType.Dwt;
        options.Network.PatchLevels = 2;
        options.Diffusion.MultiscaleBaseResolution = 32;
        return options;
    }

    /// <summary>The U-ViT of the paper for ImageNet at 128×128, without patching: 2.45 billion weights with 1,000 classes.</summary>
    public static SimpleDiffusionOptions UVitImageNet128()
    {
        var options = PaperUVit(128);
        options.Network.Patching = PatchingType.None;
        return options;
    }

    /// <summary>The U-ViT of the paper for ImageNet at 256×256, on one wavelet level: 2.45 billion weights with 1,000 classes.</summary>
    public static SimpleDiffusionOptions UVitImageNet256()
    {
        var options = PaperUVit(256);
        options.Network.Patching = PatchingType.Dwt;
        options.Network.PatchLevels = 1;
        return options;
    }

    /// <summary>The U-ViT of the paper for ImageNet at 512×512, on two wavelet levels: 2.45 billion weights with 1,000 classes.</summary>
    public static SimpleDiffusionOptions UVitImageNet512()
    {
        var options = PaperUVit(512);
        options.Network.Patching = PatchingType.Dwt;
        options.Network.PatchLevels = 2;
        return options;
    }

    /// <summary>A U-ViT for 32×32 that two CPU cores train in less than an hour: 1.8 million weights.</summary>
    public static SimpleDiffusionOptions UVitCpu32()
    {
        var options = Cpu(32);
        options.Training.Steps = 8_000;
        return options;
    }

    /// <summary>A U-ViT for 64×64 that two CPU cores train in about three hours: 1.9 million weights.</summary>
    public static SimpleDiffusionOptions UVitCpu64()
    {
        var options = Cpu(64);
        options.Training.Steps = 10_000;
        return options;
    }

    /// <summary>A U-ViT for 256×256 on one wavelet level that one GPU with 24 GB trains: 300 million weights with 1,000 classes.</summary>
    public static SimpleDiffusionOptions UVitGpu24GB()
    {
        var options = Gpu(256, patchLevels: 1, [1, 2, 4, 8], transformerBlocks: 16);
        options.Network.EmbeddingChannels = 512;
        options.Network.AttentionHeads = 8;
        options.Training.BatchSize = 12;
        options.Training.GradientAccumulation = 10;
        options.Training.LearningRate = 2e-4;
        return options;
    }

    /// <summary>A U-ViT for 512×512 on two wavelet levels that one GPU with 80 GB trains: 1.1 billion weights with 1,000 classes.</summary>
    public static SimpleDiffusionOptions UVitGpu80GB()
    {
        var options = Gpu(512, patchLevels: 2, [1, 2, 4, 16], transformerBlocks: 16);

        // Heads of 128: GPUs have no fast attention for heads wider than 256. The paper's are 512 wide.
        options.Network.AttentionHeads = 16;
        options.Training.BatchSize = 24;
        options.Training.GradientAccumulation = 10;
        options.Training.LearningRate = 1e-4;
        return options;
    }

    /// <summary>'unet default optimization settings' and what the three experiments of appendix B.1 share.</summary>
    private static SimpleDiffusionOptions PaperUNet(int size, int[] multipliers, int[] blocks) => new()
    {
        ImageHeight = size,
        ImageWidth = size,
        Network = new NetworkOptions
        {
            Architecture = NetworkArchitecture.UNet,
            BaseChannels = 128,
            EmbeddingChannels = 1024,
            ChannelMultipliers = multipliers,
            BlocksPerLevel = blocks,
            AttentionResolutions = [8, 16],
            AttentionHeads = 4,
            Dropout = 0.1f,
            DropoutFromResolution = 16,
            Patching = PatchingType.None,
        },
        Diffusion = new DiffusionOptions { Loss = LossType.Epsilon },
        Training = PaperTraining(steps: 2_000_000, batchSize: 512, learningRate: 5e-5),
    };

    /// <summary>'uvit default architecture settings' and optimization settings of appendix B.2.</summary>
    private static SimpleDiffusionOptions PaperUVit(int size) => new()
    {
        ImageHeight = size,
        ImageWidth = size,
        Network = new NetworkOptions
        {
            Architecture = NetworkArchitecture.UVit,
            BaseChannels = 128,
            EmbeddingChannels = 1024,
            ChannelMultipliers = [1, 2, 4, 16],
            BlocksPerLevel = [2, 2, 2],
            TransformerBlocks = 36,
            AttentionHeads = 4,
            Dropout = 0.2f,
        },
        Diffusion = new DiffusionOptions { Loss = LossType.V },
        Training = PaperTraining(steps: 500_000, batchSize: 2048, learningRate: 1e-4),
    };

    private static TrainingOptions PaperTraining(int steps, int batchSize, double learningRate) => new()
    {
        Steps = steps,
        BatchSize = batchSize,
        LearningRate = learningRate,
        WarmupSteps = 10_000,
        AdamBeta1 = 0.9,
        AdamBeta2 = 0.99,
        AdamEpsilon = 1e-12,
        WeightDecay = 0,
        GradientClipNorm = 1,
        EmaDecay = 0.9999,
    };

    /// <summary>Short runs learn faster at a high learning rate that falls, and need a short memory of the weights.</summary>
    private static SimpleDiffusionOptions Cpu(int size) => new()
    {
        ImageHeight = size,
        ImageWidth = size,
        Network = new NetworkOptions
        {
            BaseChannels = 32,
            EmbeddingChannels = 128,
            ChannelMultipliers = [1, 2, 4],
            BlocksPerLevel = [2, 2],
            TransformerBlocks = 4,
            AttentionHeads = 4,
            Patching = PatchingType.None,
        },
        Diffusion = new DiffusionOptions { NoiseResolution = size / 2, Loss = LossType.V },
        Training = new TrainingOptions { BatchSize = 16, LearningRate = 1e-3, LearningRateDecay = LearningRateDecay.Cosine, EmaDecay = 0.999 },
        Sampling = new SamplingOptions { Sampler = SamplerType.DpmSolverPlusPlus2M, Steps = 25 },
    };

    private static SimpleDiffusionOptions Gpu(int size, int patchLevels, int[] multipliers, int transformerBlocks) => new()
    {
        ImageHeight = size,
        ImageWidth = size,
        Network = new NetworkOptions
        {
            BaseChannels = 128,
            EmbeddingChannels = 1024,
            ChannelMultipliers = multipliers,
            BlocksPerLevel = [2, 2, 2],
            TransformerBlocks = transformerBlocks,
            AttentionHeads = 4,
            Dropout = 0.1f,
            Patching = PatchingType.Dwt,
            PatchLevels = patchLevels,
        },
        Diffusion = new DiffusionOptions { Loss = LossType.V },
        Training = new TrainingOptions { Steps = 300_000, WarmupSteps = 5_000, EmaDecay = 0.9999 },
        Sampling = new SamplingOptions { Sampler = SamplerType.DpmSolverPlusPlus2M, Steps = 25 },
    };
}
