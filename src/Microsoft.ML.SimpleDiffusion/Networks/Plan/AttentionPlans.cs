namespace Microsoft.ML.SimpleDiffusion.Networks.Plan;

/// <summary>The 'self_attention' of appendix B.2.1.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Width">Channels of the tokens.</param>
/// <param name="Heads">Heads.</param>
/// <param name="Tokens">Tokens of one image or text.</param>
internal sealed record SelfAttentionPlan(string Name, int Width, int Heads, long Tokens) : BlockPlan(Name)
{
    // Norm, product for queries, keys and values, norms of queries and keys, the three themselves, their result twice; two residual sums.
    private const int KeptPerValue = 11;

    public LayerNormPlan Norm { get; } = new("norm", Width, HasBias: false);

    public DensePlan QueryKeyValue { get; } = new("qkv", Width, 3 * Width, Tokens) { HiddenLayers = 3 };

    public LayerNormPlan QueryNorm { get; } = new("query_norm", Width / Heads, HasBias: true);

    public LayerNormPlan KeyNorm { get; } = new("key_norm", Width / Heads, HasBias: true);

    public DensePlan Output { get; } = new("output", Width, Width, Tokens);

    /// <inheritdoc/>
    public override long KeptValues => KeptPerValue * Tokens * Width;

    /// <inheritdoc/>
    protected override IEnumerable<PartPlan?> Parts => [Norm, QueryKeyValue, QueryNorm, KeyNorm, Output];

    /// <inheritdoc/>
    protected override long ProductFlops => 2 * 2 * Tokens * Tokens * Width;
}

/// <summary>Attention from the image to the text (section 5.2).</summary>
/// <param name="Name">Its name.</param>
/// <param name="Width">Channels of the image's tokens.</param>
/// <param name="TextWidth">Channels of the text's tokens.</param>
/// <param name="Heads">Heads.</param>
/// <param name="Tokens">Tokens of one image.</param>
/// <param name="TextTokens">Tokens of one text.</param>
internal sealed record CrossAttentionPlan(string Name, int Width, int TextWidth, int Heads, long Tokens, long TextTokens) : BlockPlan(Name)
{
    // Norm, product for queries, norm of queries, the queries themselves, their result twice, residual sum.
    private const int KeptPerValue = 7;

    // Per token of the text: product for keys and values, norm of keys, the two themselves; in channels of the image.
    private const int KeptPerTextToken = 5;

    public LayerNormPlan Norm { get; } = new("norm", Width, HasBias: false);

    public DensePlan Query { get; } = new("query", Width, Width, Tokens);

    public DensePlan KeyValue { get; } = new("key_value", TextWidth, 2 * Width, TextTokens) { HiddenLayers = 2 };

    public LayerNormPlan QueryNorm { get; } = new("query_norm", Width / Heads, HasBias: true);

    public LayerNormPlan KeyNorm { get; } = new("key_norm", Width / Heads, HasBias: true);

    public DensePlan Output { get; } = new("output", Width, Width, Tokens);

    /// <inheritdoc/>
    public override long KeptValues => ((KeptPerValue * Tokens) + (KeptPerTextToken * TextTokens)) * Width;

    /// <inheritdoc/>
    protected override IEnumerable<PartPlan?> Parts => [Norm, Query, KeyValue, QueryNorm, KeyNorm, Output];

    /// <inheritdoc/>
    protected override long ProductFlops => 2 * 2 * Tokens * TextTokens * Width;
}

/// <summary>Self-attention between the pixels of feature maps, then, in a network with text, cross-attention, as the U-Net uses them.</summary>
internal sealed record SpatialAttentionPlan(string Name, SelfAttentionPlan Self, CrossAttentionPlan? Cross) : BlockPlan(Name)
{
    /// <inheritdoc/>
    protected override IEnumerable<PartPlan?> Parts => [Self, Cross];
}
