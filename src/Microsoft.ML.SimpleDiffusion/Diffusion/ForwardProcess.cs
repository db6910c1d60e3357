using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Diffusion;

/// <summary>The forward process q(z | x) (equation 1).</summary>
internal static class ForwardProcess
{
    /// <summary>z = alpha x + sigma eps.</summary>
    /// <param name="x">Images [B, C, H, W].</param>
    /// <param name="noise">Standard normal noise [B, C, H, W].</param>
    /// <param name="logSnr">Log-SNR of each image [B].</param>
    public static Tensor Diffuse(Tensor x, Tensor noise, Tensor logSnr)
    {
        using var scope = NewDisposeScope();
        var alpha = PerImage.Expand(VariancePreserving.Alpha(logSnr));
        var sigma = PerImage.Expand(VariancePreserving.Sigma(logSnr));
        return (alpha * x).addcmul_(sigma, noise, 1).MoveToOuterDisposeScope();
    }

    /// <summary>z = alpha x + sigma eps at one noise level.</summary>
    public static Tensor Diffuse(Tensor x, Tensor noise, double logSnr)
    {
        using var scope = NewDisposeScope();
        return (x * VariancePreserving.Alpha(logSnr)).add_(noise, alpha: VariancePreserving.Sigma(logSnr)).MoveToOuterDisposeScope();
    }
}
