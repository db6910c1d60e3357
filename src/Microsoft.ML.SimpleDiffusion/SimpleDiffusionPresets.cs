namespace Microsoft.ML.SimpleDiffusion;

/// <summary>
/// Options by name: the experiments of the paper (appendix B), and small ones for the machine at hand. Each call makes new options, in which the
/// columns are still to be named. docs/presets.md lists sizes and memory.
/// </summary>
public static class SimpleDiffusionPresets
{
    /// <summary>'unet default optimization settings' and what the three experiments of appendix B.1 share.</summary>
    private static readonly Row PaperUNet = new()
    {
        Architecture = NetworkArchitecture.UNet,
        BaseChannels = 128,
        EmbeddingChannels = 1024,
        Dropout = 0.1f,
        Loss = LossType.Epsilon,
        Steps = 2_000_000,
        BatchSize = 512,
        LearningRate = 5e-5,
        WarmupSteps = 10_000,
    };

    /// <summary>'uvit default architecture settings' and optimization settings of appendix B.2.</summary>
    private static readonly Row PaperUVit = new()
    {
        BaseChannels = 128,
        EmbeddingChannels = 1024,
        Multipliers = [1, 2, 4, 16],
        Blocks = [2, 2, 2],
        TransformerBlocks = 36,
        Dropout = 0.2f,
        Steps = 500_000,
        BatchSize = 2048,
        LearningRate = 1e-4,
        WarmupSteps = 10_000,
    };

    /// <summary>
    /// The text-to-image models of section 3.6 and appendix B.2: the U-ViT with transformer blocks from 32×32 down, cross-attention on the embeddings of a T5 XXL,
    /// the interpolated schedule that section 3.1 recommends for guidance, and 700,000 steps.
    /// </summary>
    private static readonly Row PaperText = PaperUVit with { TransformerFromResolution = 32, TextWidth = 4096, Schedule = ScheduleType.InterpolatedCosine, Steps = 700_000 };

    /// <summary>Short runs learn faster at a high learning rate that falls, and need a short memory of the weights.</summary>
    private static readonly Row Cpu = new()
    {
        BaseChannels = 32,
        EmbeddingChannels = 128,
        Multipliers = [1, 2, 4],
        Blocks = [2, 2],
        TransformerBlocks = 4,
        BatchSize = 16,
        LearningRate = 1e-3,
        Decay = LearningRateDecay.Cosine,
        EmaDecay = 0.999,
        IsSampledFast = true,
    };

    private static readonly Row Gpu = new()
    {
        BaseChannels = 128,
        Blocks = [2, 2, 2],
        TransformerBlocks = 16,
        Dropout = 0.1f,
        Steps = 300_000,
        Accumulation = 10,
        WarmupSteps = 5_000,
        IsSampledFast = true,
    };

    /// <summary>The U-Net of the paper for ImageNet at 128×128: 979 million weights with 1,000 classes.</summary>
    public static SimpleDiffusionOptions UNetImageNet128()
        => Create(PaperUNet with { Size = 128, Multipliers = [1, 2, 4, 8, 8], Blocks = [3, 4, 4, 12, 4], Steps = 1_500_000, AdamBeta2 = 0.999 });

    /// <summary>
    /// The U-Net of the paper for ImageNet at 256×256: 973 million weights with 1,000 classes. The noise resolution is 32, that of tables 6 and 7.
    /// </summary>
    public static SimpleDiffusionOptions UNetImageNet256()
        => Create(PaperUNet with { Size = 256, Multipliers = [1, 1, 2, 4, 8, 8], Blocks = [1, 2, 2, 4, 12, 4], NoiseResolution = 32 });

    /// <summary>
    /// The U-Net of the paper for ImageNet at 512×512, on two wavelet levels and with the multiscale loss (table 7): 996 million weights with 1,000 classes.
    /// </summary>
    public static SimpleDiffusionOptions UNetImageNet512()
        => Create(PaperUNet with { Size = 512, WaveletLevels = 2, Multipliers = [2, 3, 4, 8, 8], Blocks = [3, 3, 4, 12, 4], MultiscaleBaseResolution = 32 });

    /// <summary>The U-ViT of the paper for ImageNet at 128×128, without patching: 2.45 billion weights with 1,000 classes.</summary>
    public static SimpleDiffusionOptions UVitImageNet128() => Create(PaperUVit with { Size = 128 });

    /// <summary>The U-ViT of the paper for ImageNet at 256×256, on one wavelet level: 2.45 billion weights with 1,000 classes.</summary>
    public static SimpleDiffusionOptions UVitImageNet256() => Create(PaperUVit with { Size = 256, WaveletLevels = 1 });

    /// <summary>The U-ViT of the paper for ImageNet at 512×512, on two wavelet levels: 2.45 billion weights with 1,000 classes.</summary>
    public static SimpleDiffusionOptions UVitImageNet512() => Create(PaperUVit with { Size = 512, WaveletLevels = 2 });

    /// <summary>
    /// The text-to-image model of the paper at 256×256, on one wavelet level: 3.41 billion weights with embeddings of a T5 XXL, 4,096 wide. The noise resolutions,
    /// which the paper gives for 512×512 only, are 32 and half of the size, as there.
    /// </summary>
    public static SimpleDiffusionOptions UVitTextToImage256() => Create(PaperText with { Size = 256, WaveletLevels = 1, NoiseResolutionHigh = 128 });

    /// <summary>The text-to-image model of the paper at 512×512, on two wavelet levels: 3.41 billion weights with embeddings of a T5 XXL, 4,096 wide.</summary>
    public static SimpleDiffusionOptions UVitTextToImage512() => Create(PaperText with { Size = 512, WaveletLevels = 2 });

    /// <summary>
    /// The text-to-image model of the paper at 384×640, landscapes and, turned, portraits, on two wavelet levels: 3.41 billion weights with embeddings of a T5 XXL,
    /// 4,096 wide.
    /// </summary>
    public static SimpleDiffusionOptions UVitTextToImage384x640() => Create(PaperText with { Size = 384, Width = 640, WaveletLevels = 2, TransformerFromResolution = 24, HasPortraits = true });

    /// <summary>A U-ViT for 32×32 that two CPU cores train in less than an hour: 1.8 million weights.</summary>
    public static SimpleDiffusionOptions UVitCpu32() => Create(Cpu with { Size = 32, NoiseResolution = 16, Steps = 8_000 });

    /// <summary>A U-ViT for 64×64 that two CPU cores train in about three hours: 1.9 million weights.</summary>
    public static SimpleDiffusionOptions UVitCpu64() => Create(Cpu with { Size = 64, NoiseResolution = 32, Steps = 10_000 });

    /// <summary>A U-ViT for 256×256 on one wavelet level that one GPU with 24 GB trains: 300 million weights with 1,000 classes.</summary>
    public static SimpleDiffusionOptions UVitGpu24GB()
        => Create(Gpu with { Size = 256, WaveletLevels = 1, Multipliers = [1, 2, 4, 8], EmbeddingChannels = 512, Heads = 8, BatchSize = 12, LearningRate = 2e-4 });

    /// <summary>A U-ViT for 512×512 on two wavelet levels that one GPU with 80 GB trains: 1.1 billion weights with 1,000 classes.</summary>
    /// <remarks>Heads of 128: GPUs have no fast attention for heads wider than 256. The paper's are 512 wide.</remarks>
    public static SimpleDiffusionOptions UVitGpu80GB()
        => Create(Gpu with { Size = 512, WaveletLevels = 2, Multipliers = [1, 2, 4, 16], EmbeddingChannels = 1024, Heads = 16, BatchSize = 24, LearningRate = 1e-4 });

    private static SimpleDiffusionOptions Create(Row row)
    {
        var options = new SimpleDiffusionOptions
        {
            ImageHeight = row.Size,
            ImageWidth = row.Width ?? row.Size,
            Network = new NetworkOptions
            {
                Architecture = row.Architecture,
                BaseChannels = row.BaseChannels,
                EmbeddingChannels = row.EmbeddingChannels,
                ChannelMultipliers = [.. row.Multipliers],
                BlocksPerLevel = [.. row.Blocks],
                TransformerBlocks = row.TransformerBlocks,
                TransformerFromResolution = row.TransformerFromResolution,
                AttentionHeads = row.Heads,
                Dropout = row.Dropout,
                Patching = row.WaveletLevels is null ? PatchingType.None : PatchingType.Dwt,
                PatchLevels = row.WaveletLevels,
                PortraitFlag = row.HasPortraits,
                TextEncoder = new TextEncoderOptions { Width = row.TextWidth },
            },
            Diffusion = new DiffusionOptions
            {
                Schedule = row.Schedule,
                NoiseResolution = row.NoiseResolution,
                NoiseResolutionHigh = row.NoiseResolutionHigh,
                Loss = row.Loss,
                MultiscaleBaseResolution = row.MultiscaleBaseResolution,
            },
            Training = new TrainingOptions
            {
                Steps = row.Steps,
                BatchSize = row.BatchSize,
                GradientAccumulation = row.Accumulation,
                LearningRate = row.LearningRate,
                LearningRateDecay = row.Decay,
                WarmupSteps = row.WarmupSteps,
                AdamBeta2 = row.AdamBeta2,
                EmaDecay = row.EmaDecay,
            },
        };
        if (row.IsSampledFast)
        {
            options.Sampling = new SamplingOptions { Sampler = SamplerType.DpmSolverPlusPlus2M, Steps = 25 };
        }

        return options;
    }

    /// <summary>What a preset sets. Everything else has the library's default, which is the paper's where the paper has one.</summary>
    private sealed record Row
    {
        public NetworkArchitecture Architecture { get; init; } = NetworkArchitecture.UVit;

        /// <summary>Height, and width unless that is another.</summary>
        public int Size { get; init; }

        /// <summary>Null: images are square.</summary>
        public int? Width { get; init; }

        public bool HasPortraits { get; init; }

        /// <summary>Null: no patching.</summary>
        public int? WaveletLevels { get; init; }

        public int BaseChannels { get; init; }

        public int EmbeddingChannels { get; init; }

        public int[] Multipliers { get; init; } = [];

        public int[] Blocks { get; init; } = [];

        /// <summary>Null in a U-Net.</summary>
        public int? TransformerBlocks { get; init; }

        public int TransformerFromResolution { get; init; }

        /// <summary>Null: the library's own width, if there is text.</summary>
        public int? TextWidth { get; init; }

        public int Heads { get; init; } = 4;

        public float Dropout { get; init; }

        public ScheduleType Schedule { get; init; } = ScheduleType.ShiftedCosine;

        public int NoiseResolution { get; init; } = 64;

        public int NoiseResolutionHigh { get; init; } = 256;

        public LossType Loss { get; init; } = LossType.V;

        public int? MultiscaleBaseResolution { get; init; }

        public int Steps { get; init; }

        public int BatchSize { get; init; }

        public int Accumulation { get; init; } = 1;

        public double LearningRate { get; init; }

        public LearningRateDecay Decay { get; init; } = LearningRateDecay.Constant;

        public int? WarmupSteps { get; init; }

        public double AdamBeta2 { get; init; } = 0.99;

        public double EmaDecay { get; init; } = 0.9999;

        public bool IsSampledFast { get; init; }
    }
}
