using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Samplers;

/// <summary>Keeps predicted images in the range of images, -1 to 1.</summary>
/// <param name="type">How.</param>
/// <param name="quantile">Quantile of dynamic thresholding, above 0 to 1.</param>
internal sealed class Thresholding(ThresholdingType type, double quantile)
{
    public static Thresholding Of(SamplingOptions options) => new(options.Thresholding, options.DynamicThresholdQuantile);

    /// <param name="x">Images [B, C, H, W].</param>
    /// <returns>Images, or the same.</returns>
    public Tensor Apply(Tensor x) => type switch
    {
        ThresholdingType.None => x,
        ThresholdingType.Static => Static(x),
        ThresholdingType.Dynamic => Dynamic(x),
        _ => throw new InvalidOperationException($"Unknown thresholding '{type}'."),
    };

    /// <summary>Clips, 'clip_x' of appendix A.</summary>
    private static Tensor Static(Tensor x) => x.clamp(-1, 1);

    /// <summary>
    /// Dynamic thresholding (Saharia et al. 2022): each image is clipped to the given quantile s of its absolute values, at least 1, and divided by s.
    /// </summary>
    private Tensor Dynamic(Tensor x)
    {
        using var scope = NewDisposeScope();

        // The quantile by sorting: libtorch's own refuses more than 16 million numbers.
        var (sorted, _) = x.flatten(1).abs().sort(dim: 1);
        double position = quantile * (sorted.shape[1] - 1);
        long below = (long)Math.Floor(position), above = Math.Min(below + 1, sorted.shape[1] - 1);
        var s = lerp(sorted.select(1, below), sorted.select(1, above), position - below).clamp_min(1).view(-1, 1, 1, 1);
        return (x.clamp(-s, s) / s).MoveToOuterDisposeScope();
    }
}
