namespace Microsoft.ML.SimpleDiffusion.Networks.Plan;

/// <summary>Writes the plans of parts at one level of a network.</summary>
/// <param name="s">Shape of the network.</param>
/// <param name="level">0 for the highest resolution.</param>
/// <param name="textTokens">Tokens of one text.</param>
internal readonly struct LevelParts(NetworkSpecification s, int level, long textTokens)
{
    private long Pixels => PixelsOf(level);

    public ResBlockPlan ResBlock(string name, bool hasSkip, double dropout) => new(name, s.LevelChannels(level), s.EmbeddingChannels, hasSkip, dropout, Pixels);

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
