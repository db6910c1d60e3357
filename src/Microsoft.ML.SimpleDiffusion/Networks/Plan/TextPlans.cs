namespace Microsoft.ML.SimpleDiffusion.Networks.Plan;

/// <summary>What makes of each text what the denoising network sees of it.</summary>
/// <param name="Width">Width of the tokens that it makes.</param>
/// <param name="Tokens">Tokens of one text.</param>
internal abstract record TextEncoderPlan(int Width, long Tokens) : BlockPlan("text")
{
    public LayerNormPlan Norm { get; } = new("norm", Width, HasBias: true);

    /// <summary>The encoder that a specification asks for, or null for none.</summary>
    /// <param name="s">The specification.</param>
    /// <param name="tokens">Tokens of one text.</param>
    public static TextEncoderPlan? Of(TextSpecification? s, long tokens) => s switch
    {
        null => null,
        { EmbeddingWidth: > 0 } => new EmbeddingProjectionPlan(s.EmbeddingWidth, s.Width, tokens),
        _ => new ByteEncoderPlan(s.Width, s.Depth, s.Heads, s.MaxLength, tokens),
    };
}

/// <summary>A small transformer over the bytes of a text.</summary>
internal sealed record ByteEncoderPlan(int Width, int Depth, int Heads, int MaxLength, long Tokens) : TextEncoderPlan(Width, Tokens)
{
    /// <summary>The token of a text that is not there: a learned sequence of its own. Tokens below are bytes.</summary>
    public const int NoTextToken = 256;

    public TablePlan TokenTable { get; } = new("tokens", NoTextToken + 1, Width);

    public TablePlan PositionTable { get; } = new("positions", MaxLength, Width);

    public ListPlan<TextBlockPlan> Blocks { get; } = ListPlan<TextBlockPlan>.Of("blocks", Depth, i => new TextBlockPlan($"{i}", Width, Heads, Tokens));

    /// <inheritdoc/>
    public override long KeptValues => (Tokens * Width) + base.KeptValues;

    /// <inheritdoc/>
    protected override IEnumerable<PartPlan?> Parts => [Norm, TokenTable, PositionTable, Blocks];
}

/// <summary>One block of the text encoder: self-attention, then an MLP, each with a norm before it and a residual connection.</summary>
internal sealed record TextBlockPlan(string Name, int Width, int Heads, long Tokens) : BlockPlan(Name)
{
    private const int ExpansionFactor = 4;

    // MLP: norm, expand; at four times the width swish and contract; residual sum.
    private const int KeptPerValue = 3 + (2 * ExpansionFactor);

    public SelfAttentionPlan Attention { get; } = new("attention", Width, Heads, Tokens);

    public LayerNormPlan Norm { get; } = new("norm", Width, HasBias: false);

    public DensePlan Expand { get; } = new("expand", Width, ExpansionFactor * Width, Tokens);

    public DensePlan Contract { get; } = new("contract", ExpansionFactor * Width, Width, Tokens);

    /// <inheritdoc/>
    public override long KeptValues => Attention.KeptValues + (KeptPerValue * Tokens * Width);

    /// <inheritdoc/>
    protected override IEnumerable<PartPlan?> Parts => [Attention, Norm, Expand, Contract];
}

/// <summary>Projects precomputed embeddings to the width that cross-attention sees.</summary>
internal sealed record EmbeddingProjectionPlan(int EmbeddingWidth, int Width, long Tokens) : TextEncoderPlan(Width, Tokens)
{
    public DensePlan Project { get; } = new("project", EmbeddingWidth, Width, Tokens) { HiddenLayers = 0 };

    public TablePlan NoText { get; } = new("no_text", 1, Width);

    /// <inheritdoc/>
    public override long KeptValues => Tokens * (EmbeddingWidth + Width);

    /// <inheritdoc/>
    protected override IEnumerable<PartPlan?> Parts => [Norm, Project, NoText];
}
