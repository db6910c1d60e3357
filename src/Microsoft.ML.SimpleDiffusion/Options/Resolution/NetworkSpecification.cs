namespace Microsoft.ML.SimpleDiffusion;

/// <summary>
/// Everything that fixes the shape of a denoising network: <see cref="NetworkOptions"/> with no number left open, plus the image size and
/// what the network is conditioned on.
/// </summary>
internal sealed record NetworkSpecification
{
    public required NetworkArchitecture Architecture { get; init; }

    public required int ImageHeight { get; init; }

    public required int ImageWidth { get; init; }

    public required int ImageChannels { get; init; }

    public required int BaseChannels { get; init; }

    public required int EmbeddingChannels { get; init; }

    public required IReadOnlyList<int> ChannelMultipliers { get; init; }

    public required IReadOnlyList<int> BlocksPerLevel { get; init; }

    /// <summary>Fewest channels that a norm of feature maps takes together.</summary>
    public required int ChannelsPerGroup { get; init; }

    public required int TransformerBlocks { get; init; }

    public required int AttentionHeads { get; init; }

    public required IReadOnlyList<int> AttentionResolutions { get; init; }

    public required float Dropout { get; init; }

    public required int DropoutFromResolution { get; init; }

    public required PatchingType Patching { get; init; }

    /// <summary>How often patching halves height and width; 0 without patching.</summary>
    public required int PatchLevels { get; init; }

    /// <summary>Whether training computes activations again instead of keeping them. Does not change the shape.</summary>
    public required bool ActivationCheckpointing { get; init; }

    /// <summary>Number of classes; 0 for an unconditional network.</summary>
    public required int ClassCount { get; init; }

    /// <summary>Shape of the text encoder; null for a network without text.</summary>
    public TextSpecification? Text { get; init; }

    /// <summary>Height of the feature maps from which down the U-ViT uses transformer blocks; its lowest level always does.</summary>
    public required int TransformerFromResolution { get; init; }

    /// <summary>Whether the network is told portraits from landscapes.</summary>
    public required bool HasPortraitFlag { get; init; }

    /// <summary>Whether edges meet: images continue at the other side.</summary>
    public required bool IsSeamless { get; init; }

    /// <summary>Whether the network is told where each pixel is.</summary>
    public required bool HasCoordinates { get; init; }

    /// <summary>Whether the network is told a guidance scale.</summary>
    public bool HasGuidanceInput { get; init; }

    /// <summary>Whether the network is told how training images have been transformed.</summary>
    public required bool HasAugmentationInput { get; init; }

    /// <summary>Whether the network learns how large its loss is at each noise level.</summary>
    public required bool HasUncertainty { get; init; }

    /// <summary>Pixels on a side that patching folds into one.</summary>
    public int PatchSize => 1 << PatchLevels;

    /// <summary>Height of the feature maps at the highest level, after patching.</summary>
    public int Height => ImageHeight / PatchSize;

    /// <summary>Width of the feature maps at the highest level, after patching.</summary>
    public int Width => ImageWidth / PatchSize;

    /// <summary>Channels of the patched image.</summary>
    public int PatchedChannels => ImageChannels * PatchSize * PatchSize;

    /// <summary>Whether the lowest level is a transformer, as in both U-ViTs.</summary>
    public bool HasTransformer => Architecture != NetworkArchitecture.UNet;

    /// <summary>How often the network halves height and width.</summary>
    public int Downsamplings => ChannelMultipliers.Count - 1;

    /// <summary>Width (channels) of a level, 0 being the highest resolution.</summary>
    public int LevelChannels(int level) => BaseChannels * ChannelMultipliers[level];

    /// <summary>Height of the feature maps of a level.</summary>
    public int LevelHeight(int level) => Height >> level;

    /// <summary>Width in pixels of the feature maps of a level.</summary>
    public int LevelWidth(int level) => Width >> level;

    /// <summary>Whether a level of the U-ViT above the lowest has transformer blocks in place of residual blocks.</summary>
    public bool IsTransformerLevel(int level) => HasTransformer && level < Downsamplings && LevelHeight(level) <= TransformerFromResolution;

    /// <summary>Height of the feature maps of every level that options with patching and levels chosen lead to.</summary>
    public static int[] LevelHeights(SimpleDiffusionOptions options)
    {
        var network = options.Network;
        int patchLevels = network.Patching == PatchingType.None ? 0 : network.PatchLevels!.Value;
        return network.ChannelMultipliers!.Select((_, level) => options.ImageHeight >> (patchLevels + level)).ToArray();
    }

    /// <summary>The shape of the same network on images of half of the height and width.</summary>
    public NetworkSpecification AtHalfResolution() => this with
    {
        ImageHeight = ImageHeight / 2,
        ImageWidth = ImageWidth / 2,
        AttentionResolutions = [.. AttentionResolutions.Select(height => height / 2)],
        TransformerFromResolution = TransformerFromResolution / 2,
    };

    /// <summary>One line that says everything about the shape.</summary>
    public string Describe()
    {
        string patching = Patching == PatchingType.None ? "no patching" : $"{Patching} patching {PatchSize}x{PatchSize}";
        string blocks = $"[{string.Join(", ", ChannelMultipliers)}] x {BaseChannels} channels in groups of {ChannelsPerGroup} or more, [{string.Join(", ", BlocksPerLevel)}] blocks";
        string middle = HasTransformer
            ? $"{TransformerBlocks} transformer blocks at {LevelHeight(Downsamplings)}x{LevelWidth(Downsamplings)}"
            : $"attention at {string.Join(", ", AttentionResolutions)}";
        if (HasTransformer && Downsamplings > 0 && IsTransformerLevel(Downsamplings - 1))
        {
            middle += $", transformer blocks from height {TransformerFromResolution}";
        }

        string text = Text is null ? string.Empty : $"; {Text.Describe()}";
        string portrait = HasPortraitFlag ? "; portrait flag" : string.Empty;
        string seamless = IsSeamless ? "; seamless" : string.Empty;
        string coordinates = HasCoordinates ? "; coordinates" : string.Empty;
        string guidance = HasGuidanceInput ? "; guidance scale" : string.Empty;
        string augmentation = HasAugmentationInput ? "; augmentation" : string.Empty;
        string uncertainty = HasUncertainty ? "; uncertainty" : string.Empty;
        return $"{Architecture} {ImageChannels}x{ImageHeight}x{ImageWidth} ({patching}; {blocks}; {middle}; {AttentionHeads} heads; embedding {EmbeddingChannels}; {ClassCount} classes{text}{portrait}{seamless}{coordinates}{guidance}{augmentation}{uncertainty})";
    }

    /// <summary>The specification that belongs to options in which every number is filled in (see <see cref="NetworkDefaults"/>).</summary>
    public static NetworkSpecification Create(SimpleDiffusionOptions options, int classCount)
    {
        var network = options.Network;
        return new NetworkSpecification
        {
            Architecture = network.Architecture,
            ImageHeight = options.ImageHeight,
            ImageWidth = options.ImageWidth,
            ImageChannels = options.Channels,
            BaseChannels = Resolved(network.BaseChannels),
            EmbeddingChannels = Resolved(network.EmbeddingChannels),
            ChannelMultipliers = network.ChannelMultipliers ?? throw Unresolved(),
            BlocksPerLevel = network.BlocksPerLevel ?? throw Unresolved(),
            ChannelsPerGroup = Resolved(network.ChannelsPerGroup),
            TransformerBlocks = Resolved(network.TransformerBlocks),
            AttentionHeads = network.AttentionHeads,
            AttentionResolutions = network.AttentionResolutions ?? throw Unresolved(),
            Dropout = network.Dropout,
            DropoutFromResolution = network.DropoutFromResolution,
            Patching = network.Patching == PatchingType.Auto ? throw Unresolved() : network.Patching,
            PatchLevels = network.Patching == PatchingType.None ? 0 : Resolved(network.PatchLevels),
            ActivationCheckpointing = network.ActivationCheckpointing,
            ClassCount = classCount,
            TransformerFromResolution = network.TransformerFromResolution,
            HasPortraitFlag = network.PortraitFlag,
            IsSeamless = network.Seamless,
            HasCoordinates = network.Coordinates,
            HasAugmentationInput = options.Training.AugmentationShare > 0,
            HasUncertainty = options.Diffusion.LearnedUncertainty,
        };

        static int Resolved(int? number) => number ?? throw Unresolved();
        static InvalidOperationException Unresolved() => new("The network options hold numbers that are not chosen yet.");
    }
}

/// <summary>Everything that fixes the shape of a network's text encoder.</summary>
internal sealed record TextSpecification
{
    /// <summary>Width of the tokens that cross-attention sees.</summary>
    public required int Width { get; init; }

    /// <summary>Transformer blocks over the bytes of a caption. Not used with precomputed embeddings.</summary>
    public required int Depth { get; init; }

    /// <summary>Heads of their attention.</summary>
    public required int Heads { get; init; }

    /// <summary>Longest text in tokens: bytes, or rows of precomputed embeddings.</summary>
    public required int MaxLength { get; init; }

    /// <summary>Width of precomputed embeddings; 0 where the text is read as bytes.</summary>
    public required int EmbeddingWidth { get; init; }

    /// <summary>The specification that belongs to options in which every number is filled in (see <see cref="NetworkDefaults"/>).</summary>
    public static TextSpecification Create(TextEncoderOptions options, int maxLength, int embeddingWidth)
    {
        return new TextSpecification
        {
            Width = options.Width ?? throw Unresolved(),
            Depth = options.Depth ?? throw Unresolved(),
            Heads = options.Heads ?? throw Unresolved(),
            MaxLength = maxLength,
            EmbeddingWidth = embeddingWidth,
        };

        static InvalidOperationException Unresolved() => new("The options of the text encoder hold numbers that are not chosen yet.");
    }

    /// <summary>What fixes names and shapes of the weights. Embeddings have no positions, so that their length changes nothing.</summary>
    public string Describe() => EmbeddingWidth == 0
        ? $"text encoder {Width} wide, {Depth} blocks, {Heads} heads, {MaxLength} bytes"
        : $"embeddings {EmbeddingWidth} wide, projected to {Width}";
}
