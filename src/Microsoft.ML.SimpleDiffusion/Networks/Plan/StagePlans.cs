namespace Microsoft.ML.SimpleDiffusion.Networks.Plan;

/// <summary>Which tensors of the way down enter the way up.</summary>
internal enum SkipConnections
{
    /// <summary>The output of every block enters the block that mirrors it: the U-ViT of appendix B.2.</summary>
    EveryBlock,

    /// <summary>The input of every level too, which has one block more on the way up: the U-Net.</summary>
    EveryBlockAndLevel,

    /// <summary>One per level, as a residual around all below it: the residual U-ViT of Hoogeboom et al. 2024.</summary>
    EveryLevel,
}

/// <summary>A block of one level of the way down or up.</summary>
internal abstract record StageBlockPlan(string Name, bool HasSkip) : BlockPlan(Name);

/// <summary>The 'resnet_block' of appendix B.2.1.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Channels">Width.</param>
/// <param name="ChannelsPerGroup">Fewest channels that a norm takes together.</param>
/// <param name="IsSeamless">Whether edges meet.</param>
/// <param name="EmbeddingChannels">Width of the embedding of log-SNR and condition.</param>
/// <param name="HasSkip">Whether a skip connection enters it.</param>
/// <param name="Dropout">Dropout probability.</param>
/// <param name="Pixels">Pixels of its feature maps.</param>
internal sealed record ResBlockPlan(string Name, int Channels, int ChannelsPerGroup, bool IsSeamless, int EmbeddingChannels, bool HasSkip, double Dropout, long Pixels)
    : StageBlockPlan(Name, HasSkip)
{
    // Maps that are inputs: norm1, swish, conv1, norm2, scale and shift, swish, conv2.
    private const int KeptMaps = 7;

    // The normed skip and its sum with the normed input, before the division by the root of 2.
    private const int KeptMapsOfSkip = 2;

    public GroupNormPlan Norm1 { get; } = new("norm1", Channels, ChannelsPerGroup);

    public GroupNormPlan? SkipNorm { get; } = HasSkip ? new("skip_norm", Channels, ChannelsPerGroup) : null;

    public ConvPlan Conv1 { get; } = new("conv1", Channels, Channels, 3, Pixels) { IsCircular = IsSeamless };

    public DensePlan Film { get; } = new("film", EmbeddingChannels, 2 * Channels, Rows: 1) { HiddenLayers = 0 };

    public GroupNormPlan Norm2 { get; } = new("norm2", Channels, ChannelsPerGroup);

    public ConvPlan Conv2 { get; } = new("conv2", Channels, Channels, 3, Pixels) { IsCircular = IsSeamless };

    /// <inheritdoc/>
    public override long KeptValues => (KeptMaps + (HasSkip ? KeptMapsOfSkip : 0)) * Channels * Pixels;

    /// <inheritdoc/>
    protected override IEnumerable<PartPlan?> Parts => [Norm1, SkipNorm, Conv1, Film, Norm2, Conv2];
}

/// <summary>A transformer block in the place of a residual block (section 5.2).</summary>
internal sealed record SpatialTransformerPlan(string Name, TransformerBlockPlan Transformer) : StageBlockPlan(Name, Transformer.Mlp.HasSkip)
{
    /// <inheritdoc/>
    protected override IEnumerable<PartPlan?> Parts => [Transformer];
}

/// <summary>The 'transformer_block' of appendix B.2.1, with cross-attention in a network with text.</summary>
internal sealed record TransformerBlockPlan(string Name, MlpPlan Mlp, SelfAttentionPlan Attention, CrossAttentionPlan? CrossAttention) : BlockPlan(Name)
{
    /// <inheritdoc/>
    protected override IEnumerable<PartPlan?> Parts => [Mlp, Attention, CrossAttention];
}

/// <summary>The 'mlp_block' of appendix B.2.1.</summary>
/// <param name="Width">Channels of the tokens.</param>
/// <param name="EmbeddingChannels">Width of the embedding of log-SNR and condition.</param>
/// <param name="HasSkip">Whether a skip connection enters it.</param>
/// <param name="Dropout">Dropout probability.</param>
/// <param name="Tokens">Tokens of one image.</param>
internal sealed record MlpPlan(int Width, int EmbeddingChannels, bool HasSkip, double Dropout, long Tokens) : BlockPlan("mlp")
{
    private const int ExpansionFactor = 4;

    // Norm and expand; at four times the width swish, scale and shift, dropout mask, contract.
    private const int KeptPerValue = 2 + (4 * ExpansionFactor);

    // The normed skip and its sum with the normed input, before the division by the root of 2.
    private const int KeptPerValueOfSkip = 2;

    public LayerNormPlan Norm { get; } = new("norm", Width, HasBias: false);

    public LayerNormPlan? SkipNorm { get; } = HasSkip ? new("skip_norm", Width, HasBias: false) : null;

    public DensePlan Expand { get; } = new("expand", Width, ExpansionFactor * Width, Tokens);

    public DensePlan Film { get; } = new("film", EmbeddingChannels, 2 * ExpansionFactor * Width, Rows: 1) { HiddenLayers = 0 };

    public DensePlan Contract { get; } = new("contract", ExpansionFactor * Width, Width, Tokens);

    /// <inheritdoc/>
    public override long KeptValues => (KeptPerValue + (HasSkip ? KeptPerValueOfSkip : 0)) * Tokens * Width;

    /// <inheritdoc/>
    protected override IEnumerable<PartPlan?> Parts => [Norm, SkipNorm, Expand, Film, Contract];
}

/// <summary>The 1×1 convolution that changes the width between two levels, at the lower resolution.</summary>
internal sealed record ResamplingPlan(string Name, int Inputs, int Outputs, long PixelsBelow) : BlockPlan(Name)
{
    public ConvPlan Conv { get; } = new("conv", Inputs, Outputs, 1, PixelsBelow);

    /// <inheritdoc/>
    protected override IEnumerable<PartPlan?> Parts => [Conv];
}

/// <summary>One level of the way down.</summary>
/// <param name="Level">0 for the highest resolution.</param>
/// <param name="Skips">Skip connections of the network.</param>
/// <param name="Positions">Embedding of positions, where there are transformer blocks.</param>
/// <param name="Blocks">The blocks.</param>
/// <param name="Attention">Attention after each block, or null.</param>
/// <param name="Downsample">The way to the next level, or null at the lowest.</param>
internal sealed record DownStagePlan(
    int Level,
    SkipConnections Skips,
    PositionsPlan? Positions,
    ListPlan<StageBlockPlan> Blocks,
    ListPlan<SpatialAttentionPlan>? Attention,
    ResamplingPlan? Downsample)
    : BlockPlan($"{Level}")
{
    /// <inheritdoc/>
    protected override IEnumerable<PartPlan?> Parts => [Positions, Blocks, Attention, Downsample];
}

/// <summary>One level of the way up.</summary>
/// <param name="Level">0 for the highest resolution.</param>
/// <param name="Skips">Skip connections of the network.</param>
/// <param name="Upsample">The way from the level below, or null at the lowest.</param>
/// <param name="Blocks">The blocks.</param>
/// <param name="Attention">Attention after each block, or null.</param>
internal sealed record UpStagePlan(
    int Level,
    SkipConnections Skips,
    ResamplingPlan? Upsample,
    ListPlan<StageBlockPlan> Blocks,
    ListPlan<SpatialAttentionPlan>? Attention)
    : BlockPlan($"{Level}")
{
    /// <inheritdoc/>
    protected override IEnumerable<PartPlan?> Parts => [Upsample, Blocks, Attention];
}

/// <summary>Writes the plans of parts at one level of a network.</summary>
/// <param name="s">Shape of the network.</param>
/// <param name="level">0 for the highest resolution.</param>
/// <param name="textTokens">Tokens of one text.</param>
internal readonly struct LevelParts(NetworkSpecification s, int level, long textTokens)
{
    private long Pixels => PixelsOf(level);

    public ResBlockPlan ResBlock(string name, bool hasSkip, double dropout) => new(name, s.LevelChannels(level), s.ChannelsPerGroup, s.IsSeamless, s.EmbeddingChannels, hasSkip, dropout, Pixels);

    public TransformerBlockPlan Transformer(string name, bool hasSkip) => new(
        name, new MlpPlan(s.LevelChannels(level), s.EmbeddingChannels, hasSkip, s.Dropout, Pixels), SelfAttention("attention"), CrossAttention("cross_attention"));

    public SpatialAttentionPlan SpatialAttention(string name) => new(name, SelfAttention("self"), CrossAttention("cross"));

    public PositionsPlan Positions() => new((int)Pixels, s.LevelChannels(level));

    /// <summary>The way to the next level, or null at the lowest.</summary>
    public ResamplingPlan? Downsample()
        => level == s.Downsamplings ? null : new ResamplingPlan("downsample", s.LevelChannels(level), s.LevelChannels(level + 1), PixelsOf(level + 1));

    /// <summary>The way from the level below, or null at the lowest.</summary>
    public ResamplingPlan? Upsample()
        => level == s.Downsamplings ? null : new ResamplingPlan("upsample", s.LevelChannels(level + 1), s.LevelChannels(level), PixelsOf(level + 1));

    private SelfAttentionPlan SelfAttention(string name) => new(name, s.LevelChannels(level), s.AttentionHeads, Pixels);

    private CrossAttentionPlan? CrossAttention(string name)
        => s.Text is null ? null : new CrossAttentionPlan(name, s.LevelChannels(level), s.Text.Width, s.AttentionHeads, Pixels, textTokens);

    private long PixelsOf(int other) => (long)s.LevelHeight(other) * s.LevelWidth(other);
}
