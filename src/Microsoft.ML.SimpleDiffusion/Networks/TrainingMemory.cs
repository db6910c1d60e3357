namespace Microsoft.ML.SimpleDiffusion.Networks;

/// <summary>
/// Memory of a training step by arithmetic: what is kept per weight, and what the forward pass keeps for the backward pass. Every layer keeps its input
/// in float32. Scratch space and the allocator's own losses are left out; fused layers keep less.
/// </summary>
internal static class TrainingMemory
{
    /// <summary>Weight, gradient, two moments of Adam and moving average, each float32.</summary>
    public const int BytesPerParameter = 5 * sizeof(float);

    // Inputs kept by a residual block, in maps of its width: norm1, swish, conv1, norm2, scale and shift, swish, conv2.
    private const int MapsPerResBlock = 7;

    // The normed skip and its sum with the normed input, before the division by the root of 2.
    private const int MapsPerSkip = 2;

    // MLP, in numbers per token and channel: norm, expand; at four times the width swish, scale and shift, dropout mask, contract.
    private const int ValuesPerMlp = 2 + (4 * 4);

    // Attention: norm, product for queries, keys and values, norms of queries and keys, the three themselves, their result twice; two residual sums.
    private const int ValuesPerAttention = 11;

    // The normed skip and its sum with the normed input, before the division by the root of 2.
    private const int ValuesPerMlpSkip = 2;

    // Cross-attention: norm, product for queries, norm of queries, the queries themselves, their result twice, residual sum.
    private const int ValuesPerCrossAttention = 7;

    // Per token of the text: product for keys and values, norm of keys, the two themselves; in channels of the image.
    private const int ValuesPerTextToken = 5;

    // MLP of the text encoder: norm, expand; at four times the width swish and contract; residual sum.
    private const int ValuesPerTextMlp = 3 + (2 * 4);

    /// <summary>Bytes of weights, gradient, moments and moving average.</summary>
    public static long StateBytes(NetworkSpecification specification) => BytesPerParameter * NetworkCost.Of(specification).Parameters;

    /// <summary>Bytes that the forward pass over one image keeps for the backward pass.</summary>
    public static long ActivationBytesPerImage(NetworkSpecification s) => sizeof(float) * (s.Architecture == NetworkArchitecture.UVit ? UVit(s) : UNet(s));

    private static long UVit(NetworkSpecification s)
    {
        long values = Shell(s);
        for (int level = 0; level < s.Downsamplings; level++)
        {
            int blocks = s.BlocksPerLevel[level];
            values += s.IsTransformerLevel(level)
                ? blocks * ((2 * Transformer(s, level)) + (ValuesPerMlpSkip * Maps(s, level)))
                : Maps(s, level) * blocks * ((2 * MapsPerResBlock) + MapsPerSkip);
        }

        return values + (s.TransformerBlocks * Transformer(s, s.Downsamplings));
    }

    private static long UNet(NetworkSpecification s)
    {
        long values = Shell(s) + (Maps(s, s.Downsamplings) * 2 * MapsPerResBlock) + Attention(s, s.Downsamplings);
        for (int level = 0; level <= s.Downsamplings; level++)
        {
            int down = s.BlocksPerLevel[level], up = down + 1;
            values += Maps(s, level) * (((down + up) * MapsPerResBlock) + (up * MapsPerSkip));
            values += s.AttentionResolutions.Contains(s.LevelHeight(level)) ? (down + up) * Attention(s, level) : 0;
        }

        return values;
    }

    private static long Transformer(NetworkSpecification s, int level) => (ValuesPerMlp * Maps(s, level)) + Attention(s, level);

    private static long Attention(NetworkSpecification s, int level)
    {
        long self = ValuesPerAttention * Maps(s, level);
        return s.Text is null ? self : self + (ValuesPerCrossAttention * Maps(s, level)) + (ValuesPerTextToken * (long)s.LevelChannels(level) * s.Text.MaxLength);
    }

    /// <summary>Input convolution, output norm, swish and convolution; the text encoder.</summary>
    private static long Shell(NetworkSpecification s) => ((long)s.PatchedChannels * s.Height * s.Width) + (3 * Maps(s, 0)) + Encoder(s.Text);

    /// <summary>For a text of full length.</summary>
    private static long Encoder(TextSpecification? s) => s switch
    {
        null => 0,
        { EmbeddingWidth: > 0 } => (long)s.MaxLength * (s.EmbeddingWidth + s.Width),
        _ => (long)s.MaxLength * s.Width * (1 + (s.Depth * (ValuesPerAttention + ValuesPerTextMlp))),
    };

    private static long Maps(NetworkSpecification s, int level) => (long)s.LevelChannels(level) * s.LevelHeight(level) * s.LevelWidth(level);
}
