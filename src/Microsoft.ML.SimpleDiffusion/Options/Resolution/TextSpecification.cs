namespace Microsoft.ML.SimpleDiffusion;

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
