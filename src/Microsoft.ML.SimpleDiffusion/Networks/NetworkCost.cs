using Microsoft.ML.SimpleDiffusion.Networks.Text;

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

    /// <param name="s">Shape of the network.</param>
    /// <param name="textTokens">Tokens of the text to count, for a network with text; null for as many as it reads at most.</param>
    public static NetworkCost Of(NetworkSpecification s, int? textTokens = null)
    {
        long text = textTokens ?? s.Text?.MaxLength ?? 0;
        long pixels = (long)s.Height * s.Width;
        int top = s.LevelChannels(0);
        var shell = Conv(s.PatchedChannels, top, 3, pixels) + Norm(top) + Conv(top, s.PatchedChannels, 3, pixels) + Embedding(s) + Patching(s, pixels);
        return shell + TextEncoder(s.Text, text) + (s.Architecture == NetworkArchitecture.UVit ? UVitBody(s, text) : UNetBody(s, text));
    }

    private static NetworkCost UVitBody(NetworkSpecification s, long text)
    {
        var cost = default(NetworkCost);
        for (int level = 0; level < s.Downsamplings; level++)
        {
            int blocks = s.BlocksPerLevel[level];
            cost += Resampling(s, level);
            if (s.IsTransformerLevel(level))
            {
                cost += Positions(s, level) + ((2 * blocks) * Transformer(s, level, text)) + (blocks * NormWithoutBias(s.LevelChannels(level)));
            }
            else
            {
                cost += blocks * ResBlock(s, level, hasSkip: false);
                cost += blocks * ResBlock(s, level, hasSkip: true);
            }
        }

        return cost + Positions(s, s.Downsamplings) + (s.TransformerBlocks * Transformer(s, s.Downsamplings, text));
    }

    private static NetworkCost UNetBody(NetworkSpecification s, long text)
    {
        int lowest = s.Downsamplings;
        var cost = (2 * ResBlock(s, lowest, hasSkip: false)) + Attention(s, lowest, text);
        for (int level = 0; level <= lowest; level++)
        {
            int blocks = s.BlocksPerLevel[level];
            cost += blocks * ResBlock(s, level, hasSkip: false);
            cost += (blocks + 1) * ResBlock(s, level, hasSkip: true);
            if (s.AttentionResolutions.Contains(s.LevelHeight(level)))
            {
                cost += ((2 * blocks) + 1) * Attention(s, level, text);
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

    private static NetworkCost Positions(NetworkSpecification s, int level) => new(Pixels(s, level) * s.LevelChannels(level), 0);

    private static NetworkCost Transformer(NetworkSpecification s, int level, long text)
        => Mlp(s, s.LevelChannels(level), Pixels(s, level)) + Attention(s, level, text);

    private static NetworkCost Mlp(NetworkSpecification s, int width, long tokens)
    {
        int hidden = 4 * width;
        return NormWithoutBias(width) + Dense(width, hidden, tokens) + Dense(s.EmbeddingChannels, 2 * hidden, 1) + Dense(hidden, width, tokens);
    }

    /// <summary>Self-attention at a level and, in a network with text, cross-attention.</summary>
    private static NetworkCost Attention(NetworkSpecification s, int level, long text)
    {
        int width = s.LevelChannels(level);
        var self = SelfAttention(width, s.AttentionHeads, Pixels(s, level));
        return s.Text is null ? self : self + CrossAttention(width, s.Text.Width, s.AttentionHeads, Pixels(s, level), text);
    }

    private static NetworkCost SelfAttention(int width, int heads, long tokens)
    {
        var products = new NetworkCost(0, 2 * 2 * tokens * tokens * width);
        return NormWithoutBias(width) + Dense(width, 3 * width, tokens) + (2 * Norm(width / heads)) + products + Dense(width, width, tokens);
    }

    private static NetworkCost CrossAttention(int width, int textWidth, int heads, long tokens, long text)
    {
        var products = new NetworkCost(0, 2 * 2 * tokens * text * width);
        return NormWithoutBias(width) + Dense(width, width, tokens) + Dense(textWidth, 2 * width, text) + (2 * Norm(width / heads)) + products + Dense(width, width, tokens);
    }

    private static NetworkCost TextEncoder(TextSpecification? s, long tokens)
    {
        if (s is null)
        {
            return default;
        }

        if (s.EmbeddingWidth > 0)
        {
            return Norm(s.Width) + Dense(s.EmbeddingWidth, s.Width, tokens) + new NetworkCost(s.Width, 0);
        }

        var tables = new NetworkCost((ByteEncoder.TokenCount + (long)s.MaxLength) * s.Width, 0);
        var mlp = NormWithoutBias(s.Width) + Dense(s.Width, 4 * s.Width, tokens) + Dense(4 * s.Width, s.Width, tokens);
        return Norm(s.Width) + tables + (s.Depth * (SelfAttention(s.Width, s.Heads, tokens) + mlp));
    }

    private static NetworkCost Embedding(NetworkSpecification s)
    {
        var classes = new NetworkCost(s.ClassCount == 0 ? 0 : (s.ClassCount + 1L) * s.EmbeddingChannels, 0);
        var portrait = new NetworkCost(s.HasPortraitFlag ? 2L * s.EmbeddingChannels : 0, 0);
        var text = s.Text is null ? default : Dense(s.Text.Width, s.EmbeddingChannels, 1);
        return text + Dense(s.BaseChannels, s.EmbeddingChannels, 1) + Dense(s.EmbeddingChannels, s.EmbeddingChannels, 1) + classes + portrait;
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
