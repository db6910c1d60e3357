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

    /// <summary>Bytes of weights, gradient, moments and moving average.</summary>
    public static long StateBytes(NetworkSpecification specification) => BytesPerParameter * NetworkCost.Of(specification).Parameters;

    /// <summary>Bytes that the forward pass over one image keeps for the backward pass.</summary>
    public static long ActivationBytesPerImage(NetworkSpecification s) => sizeof(float) * (s.Architecture == NetworkArchitecture.UVit ? UVit(s) : UNet(s));

    private static long UVit(NetworkSpecification s)
    {
        long values = Shell(s);
        for (int level = 0; level < s.Downsamplings; level++)
        {
            values += Maps(s, level) * s.BlocksPerLevel[level] * ((2 * MapsPerResBlock) + MapsPerSkip);
        }

        return values + (s.TransformerBlocks * Maps(s, s.Downsamplings) * (ValuesPerMlp + ValuesPerAttention));
    }

    private static long UNet(NetworkSpecification s)
    {
        long values = Shell(s) + (Maps(s, s.Downsamplings) * ((2 * MapsPerResBlock) + ValuesPerAttention));
        for (int level = 0; level <= s.Downsamplings; level++)
        {
            int down = s.BlocksPerLevel[level], up = down + 1;
            int attention = s.AttentionResolutions.Contains(s.LevelHeight(level)) ? (down + up) * ValuesPerAttention : 0;
            values += Maps(s, level) * (((down + up) * MapsPerResBlock) + (up * MapsPerSkip) + attention);
        }

        return values;
    }

    /// <summary>Input convolution, output norm, swish and convolution.</summary>
    private static long Shell(NetworkSpecification s) => ((long)s.PatchedChannels * s.Height * s.Width) + (3 * Maps(s, 0));

    private static long Maps(NetworkSpecification s, int level) => (long)s.LevelChannels(level) * s.LevelHeight(level) * s.LevelWidth(level);
}
