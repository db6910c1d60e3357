namespace Microsoft.ML.SimpleDiffusion.Networks;

/// <summary>
/// Size and work of a network by arithmetic, without allocating it. Work counts the products of convolutions, dense layers and attention, two
/// operations per multiply-add; norms, activations and additions are left out, as is usual.
/// </summary>
/// <param name="Parameters">Number of trained weights.</param>
/// <param name="ForwardFlops">Floating-point operations of a forward pass over one image.</param>
internal readonly record struct NetworkCost(long Parameters, long ForwardFlops)
{
    /// <summary>Forward, gradient of the inputs and gradient of the weights are about the same work.</summary>
    public long TrainingFlops => 3 * ForwardFlops;

    public static NetworkCost operator +(NetworkCost a, NetworkCost b) => new(a.Parameters + b.Parameters, a.ForwardFlops + b.ForwardFlops);

    public static NetworkCost operator *(int count, NetworkCost cost) => new(count * cost.Parameters, count * cost.ForwardFlops);

    public static NetworkCost Of(NetworkSpecification s)
    {
        long pixels = (long)s.Height * s.Width;
        int top = s.LevelChannels(0);
        var shell = Conv(s.PatchedChannels, top, 3, pixels) + Norm(top) + Conv(top, s.PatchedChannels, 3, pixels) + Embedding(s) + Patching(s, pixels);
        return shell + (s.Architecture == NetworkArchitecture.UVit ? UVitBody(s) : UNetBody(s));
    }

    private static NetworkCost UVitBody(NetworkSpecification s)
    {
        var cost = default(NetworkCost);
        for (int level = 0; level < s.Downsamplings; level++)
        {
            int blocks = s.BlocksPerLevel[level];
            cost += blocks * ResBlock(s, level, hasSkip: false);
            cost += blocks * ResBlock(s, level, hasSkip: true);
            cost += Resampling(s, level);
        }

        int width = s.LevelChannels(s.Downsamplings);
        long tokens = Pixels(s, s.Downsamplings);
        var position = new NetworkCost(tokens * width, 0);
        return cost + position + (s.TransformerBlocks * (Mlp(s, width, tokens) + Attention(s, width, tokens)));
    }

    private static NetworkCost UNetBody(NetworkSpecification s)
    {
        int lowest = s.Downsamplings;
        var cost = (2 * ResBlock(s, lowest, hasSkip: false)) + Attention(s, s.LevelChannels(lowest), Pixels(s, lowest));
        for (int level = 0; level <= lowest; level++)
        {
            int blocks = s.BlocksPerLevel[level];
            cost += blocks * ResBlock(s, level, hasSkip: false);
            cost += (blocks + 1) * ResBlock(s, level, hasSkip: true);
            if (s.AttentionResolutions.Contains(s.LevelHeight(level)))
            {
                cost += ((2 * blocks) + 1) * Attention(s, s.LevelChannels(level), Pixels(s, level));
            }

            if (level < lowest)
            {
                cost += Resampling(s, level);
            }
        }

        return cost;
    }

    /// <summary>Down-sampling from a level and up-sampling to it, both with their 1×1 convolution at the lower resolution.</summary>
    private static NetworkCost Resampling(NetworkSpecification s, int level)
    {
        long pixels = Pixels(s, level + 1);
        int above = s.LevelChannels(level), below = s.LevelChannels(level + 1);
        return Conv(above, below, 1, pixels) + Conv(below, above, 1, pixels);
    }

    private static NetworkCost ResBlock(NetworkSpecification s, int level, bool hasSkip)
    {
        int width = s.LevelChannels(level);
        int norms = hasSkip ? 3 : 2;
        return (norms * Norm(width)) + (2 * Conv(width, width, 3, Pixels(s, level))) + Dense(s.EmbeddingChannels, 2 * width, 1);
    }

    private static NetworkCost Mlp(NetworkSpecification s, int width, long tokens)
    {
        int hidden = 4 * width;
        return NormWithoutBias(width) + Dense(width, hidden, tokens) + Dense(s.EmbeddingChannels, 2 * hidden, 1) + Dense(hidden, width, tokens);
    }

    private static NetworkCost Attention(NetworkSpecification s, int width, long tokens)
    {
        var products = new NetworkCost(0, 2 * 2 * tokens * tokens * width);
        return NormWithoutBias(width) + Dense(width, 3 * width, tokens) + (2 * Norm(width / s.AttentionHeads)) + products + Dense(width, width, tokens);
    }

    private static NetworkCost Embedding(NetworkSpecification s)
    {
        var classes = new NetworkCost(s.ClassCount == 0 ? 0 : (s.ClassCount + 1L) * s.EmbeddingChannels, 0);
        var portrait = new NetworkCost(s.HasPortraitFlag ? 2L * s.EmbeddingChannels : 0, 0);
        return Dense(s.BaseChannels, s.EmbeddingChannels, 1) + Dense(s.EmbeddingChannels, s.EmbeddingChannels, 1) + classes + portrait;
    }

    private static NetworkCost Patching(NetworkSpecification s, long pixels)
    {
        if (s.Patching != PatchingType.Convolution)
        {
            return default;
        }

        // Kernels of p×p with stride p: as much work as a 1×1 convolution of the patched image.
        long weights = (long)s.PatchedChannels * s.PatchedChannels;
        return new NetworkCost((2 * weights) + s.PatchedChannels + s.ImageChannels, 2 * 2 * weights * pixels);
    }

    private static long Pixels(NetworkSpecification s, int level) => (long)s.LevelHeight(level) * s.LevelWidth(level);

    private static NetworkCost Conv(int inputs, int outputs, int kernel, long pixels)
    {
        long weights = (long)inputs * outputs * kernel * kernel;
        return new NetworkCost(weights + outputs, 2 * weights * pixels);
    }

    private static NetworkCost Dense(int inputs, int outputs, long rows) => Conv(inputs, outputs, 1, rows);

    private static NetworkCost Norm(int channels) => new(2L * channels, 0);

    private static NetworkCost NormWithoutBias(int channels) => new(channels, 0);
}
