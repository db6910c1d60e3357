using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Samplers;

/// <summary>Classifier-free guidance (Ho and Salimans 2022; equation 7 of the paper).</summary>
internal static class Guidance
{
    /// <summary>(1 + eta) conditional - eta unconditional, for the scale 1 + eta.</summary>
    public static Tensor Combine(Tensor conditional, Tensor unconditional, double scale)
    {
        using var scaled = conditional * scale;
        return scaled.add(unconditional, alpha: 1 - scale);
    }

    /// <summary>
    /// Scales a guided prediction back to the standard deviation of the conditional one, per image (Lin et al. 2024, equations 15 and 16, applied to
    /// the network's prediction).
    /// </summary>
    /// <param name="guided">[B, C, H, W].</param>
    /// <param name="conditional">[B, C, H, W].</param>
    /// <param name="strength">0 for <paramref name="guided"/> itself to 1 for the full correction.</param>
    public static Tensor Rescale(Tensor guided, Tensor conditional, double strength)
    {
        using var scope = NewDisposeScope();
        var ratio = Deviation(conditional) / Deviation(guided);
        return (guided * ((ratio * strength) + (1 - strength))).MoveToOuterDisposeScope();
    }

    /// <summary>Whether an evaluation lies in the interval of guidance (Kynkäänniemi et al. 2024). Bounds included.</summary>
    /// <param name="options">Interval and scale.</param>
    /// <param name="progress">Share of the way from noise (0) to image (1).</param>
    public static bool IsActive(SamplingOptions options, double progress)
        => options.GuidanceScale != 1 && progress >= options.GuidanceIntervalStart && progress <= options.GuidanceIntervalEnd;

    private static Tensor Deviation(Tensor images) => images.std([1, 2, 3], unbiased: false, keepdim: true);
}
