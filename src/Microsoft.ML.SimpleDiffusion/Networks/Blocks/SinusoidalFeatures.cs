using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>Sine and cosine features of a number at geometrically spaced frequencies (Vaswani et al. 2017; Ho et al. 2020).</summary>
internal static class SinusoidalFeatures
{
    /// <summary>Frequencies 10000^(-i / (half - 1)) for i = 0 .. half - 1, as float32 [width / 2].</summary>
    public static Tensor Frequencies(int width, Device device)
    {
        int half = width / 2;
        double step = Math.Log(10_000) / Math.Max(half - 1, 1);
        return tensor(Enumerable.Range(0, half).Select(i => (float)Math.Exp(-step * i)).ToArray(), device: device);
    }

    /// <summary>The features of <paramref name="values"/> [B]: sines, then cosines, [B, 2 * frequencies].</summary>
    public static Tensor Of(Tensor values, Tensor frequencies)
    {
        using var scope = NewDisposeScope();
        var angles = values.unsqueeze(1) * frequencies.unsqueeze(0);
        return cat([angles.sin(), angles.cos()], dim: 1).MoveToOuterDisposeScope();
    }
}
