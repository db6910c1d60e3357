namespace Microsoft.ML.SimpleDiffusion.Networks.Plan;

/// <summary>The embedding of log-SNR, class, portrait flag, text, guidance scale and augmentation, and what else is made of the log-SNR.</summary>
/// <param name="Features">Sines and cosines of the log-SNR.</param>
/// <param name="Channels">Width of the embedding.</param>
/// <param name="ClassCount">Number of classes; 0 without.</param>
/// <param name="HasPortraitFlag">Whether portraits are told from landscapes.</param>
/// <param name="TextWidth">Width of the tokens of the text, or null without text.</param>
/// <param name="HasGuidanceInput">Whether the network is told a guidance scale.</param>
/// <param name="HasAugmentationInput">Whether the network is told how training images have been transformed.</param>
/// <param name="HasUncertainty">Whether the network learns how large its loss is at each noise level.</param>
internal sealed record EmbeddingPlan(
    int Features, int Channels, int ClassCount, bool HasPortraitFlag, int? TextWidth, bool HasGuidanceInput, bool HasAugmentationInput, bool HasUncertainty) : BlockPlan("embedding")
{
    /// <summary>Numbers that say how an image has been transformed.</summary>
    public const int AugmentationNumbers = 9;

    public DensePlan Dense1 { get; } = new("dense1", Features, Channels, Rows: 1) { HiddenLayers = 0 };

    public DensePlan Dense2 { get; } = new("dense2", Channels, Channels, Rows: 1) { HiddenLayers = 0 };

    /// <summary>A row per class; the last one is "no condition".</summary>
    public TablePlan? Classes { get; } = ClassCount > 0 ? new("classes", ClassCount + 1, Channels) : null;

    /// <summary>Name of the table of classes within the network, or null without classes.</summary>
    public string? ClassTableName => Classes?.Weights.Single().Within(Classes.Name).Within(Name).Name;

    /// <summary>The first row is landscape, the second portrait.</summary>
    public TablePlan? Portrait { get; } = HasPortraitFlag ? new("portrait", 2, Channels) : null;

    public DensePlan? Text { get; } = TextWidth is int width ? new("text", width, Channels, Rows: 1) { HiddenLayers = 0 } : null;

    /// <summary>Of the sines and cosines of the guidance scale.</summary>
    public DensePlan? Guidance { get; } = HasGuidanceInput ? new("guidance", Features, Channels, Rows: 1) { HiddenLayers = 0 } : null;

    /// <summary>Of the numbers that say how an image has been transformed: all zero, of which it makes nothing, for one that has not, as for all that are generated.</summary>
    public DensePlan? Augmentation { get; } = HasAugmentationInput ? new("augmentation", AugmentationNumbers, Channels, Rows: 1) { HiddenLayers = 0, HasBias = false, IsForTraining = true } : null;

    /// <summary>Of the sines and cosines of the log-SNR; the slowest cosine stands for a bias.</summary>
    public DensePlan? Uncertainty { get; } = HasUncertainty ? new("uncertainty", Features, 1, Rows: 1) { HiddenLayers = 0, HasBias = false, IsForTraining = true } : null;

    /// <inheritdoc/>
    protected override IEnumerable<PartPlan?> Parts => [Dense1, Dense2, Classes, Portrait, Text, Guidance, Augmentation, Uncertainty];
}

/// <summary>What is made of the two coordinates of each pixel of the patched image.</summary>
/// <param name="Channels">Channels of the highest level.</param>
/// <param name="Pixels">Pixels of the patched image.</param>
internal sealed record CoordinatesPlan(int Channels, long Pixels) : BlockPlan("coordinates")
{
    public DensePlan Dense { get; } = new("dense", 2, Channels, Pixels) { HiddenLayers = 0, HasBias = false };

    /// <inheritdoc/>
    protected override IEnumerable<PartPlan?> Parts => [Dense];
}

/// <summary>How the image is made of fewer pixels with more channels before the network, and back after it (section 3.3).</summary>
internal abstract record PatchingPlan() : BlockPlan("patching")
{
    /// <summary>The patching that a specification asks for, or null for none.</summary>
    public static PatchingPlan? Of(NetworkSpecification s) => s.Patching switch
    {
        PatchingType.None => null,
        PatchingType.Dwt => new WaveletPatchingPlan(s.PatchLevels),
        PatchingType.Convolution => new ConvolutionPatchingPlan(s.ImageChannels, s.PatchedChannels, s.PatchSize, (long)s.Height * s.Width),
        _ => throw new ArgumentOutOfRangeException(nameof(s), s.Patching, "Patching must be chosen by now."),
    };
}

/// <summary>The 5/3 wavelet, which has no weights.</summary>
internal sealed record WaveletPatchingPlan(int Levels) : PatchingPlan
{
    /// <inheritdoc/>
    protected override IEnumerable<PartPlan?> Parts => [];
}

/// <summary>A convolution with stride, and an "identically shaped transposed convolutional layer" at the end.</summary>
internal sealed record ConvolutionPatchingPlan(int ImageChannels, int PatchedChannels, int PatchSize, long Pixels) : PatchingPlan
{
    // The names in files are those of the first models, in which to patchify was called to fold.
    public ConvPlan Patchify { get; } = new("fold", ImageChannels, PatchedChannels, PatchSize, Pixels) { IsHidden = false };

    public TransposedConvPlan Unpatchify { get; } = new("unfold", PatchedChannels, ImageChannels, PatchSize, Pixels);

    /// <inheritdoc/>
    protected override IEnumerable<PartPlan?> Parts => [Patchify, Unpatchify];
}

/// <summary>'ProjectOutput' of appendix B.2.1.</summary>
internal sealed record OutputPlan(int Inputs, int Outputs, int ChannelsPerGroup, bool IsSeamless, long Pixels) : BlockPlan("output")
{
    // Output norm, swish and convolution.
    private const int KeptMaps = 3;

    public GroupNormPlan Norm { get; } = new("norm", Inputs, ChannelsPerGroup);

    public ConvPlan Conv { get; } = new("conv", Inputs, Outputs, 3, Pixels) { IsHidden = false, IsCircular = IsSeamless };

    /// <inheritdoc/>
    public override long KeptValues => KeptMaps * Inputs * Pixels;

    /// <inheritdoc/>
    protected override IEnumerable<PartPlan?> Parts => [Norm, Conv];
}
