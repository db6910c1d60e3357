using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Samplers;

/// <summary>Classifier-free guidance (Ho and Salimans 2022; equation 7 of the paper).</summary>
internal static class Guidance
{
    /// <summary>A guided prediction of two.</summary>
    /// <param name="conditional">[B, C, H, W].</param>
    /// <param name="unconditional">[B, C, H, W].</param>
    /// <param name="options">Scale and rescale.</param>
    /// <param name="scales">A scale for each image [B, 1, 1, 1], in the place of that of the options; or null.</param>
    public static Tensor Apply(Tensor conditional, Tensor unconditional, SamplingOptions options, Tensor? scales = null)
    {
        using var scope = NewDisposeScope();
        var guided = scales is null ? Combine(conditional, unconditional, options.GuidanceScale) : unconditional + ((conditional - unconditional) * scales);
        return (options.GuidanceRescale > 0 ? Rescale(guided, conditional, options.GuidanceRescale) : guided).MoveToOuterDisposeScope();
    }

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

    private static Tensor Deviation(Tensor images) => images.std([1, 2, 3], unbiased: false, keepdim: true);
}
