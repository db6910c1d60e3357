using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Samplers;

/// <summary>Keeps predicted images in the range of images, -1 to 1.</summary>
internal static class Thresholding
{
    public static Tensor Apply(SamplingOptions options, Tensor x) => options.Thresholding switch
    {
        ThresholdingType.None => x.alias(),
        ThresholdingType.Static => Static(x),
        ThresholdingType.Dynamic => Dynamic(x, options.DynamicThresholdQuantile),
        _ => throw new ArgumentOutOfRangeException(nameof(options), options.Thresholding, "Unknown thresholding."),
    };

    /// <summary>Clips, 'clip_x' of appendix A.</summary>
    public static Tensor Static(Tensor x) => x.clamp(-1, 1);

    /// <summary>
    /// Dynamic thresholding (Saharia et al. 2022): each image is clipped to the given quantile s of its absolute values, at least 1, and divided by s.
    /// </summary>
    /// <param name="x">Images [B, C, H, W].</param>
    /// <param name="quantile">Above 0 to 1.</param>
    public static Tensor Dynamic(Tensor x, double quantile)
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
