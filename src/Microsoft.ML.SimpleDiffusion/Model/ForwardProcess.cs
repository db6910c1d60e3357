using Microsoft.ML.SimpleDiffusion.Diffusion;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Model;

/// <summary>The forward process q(z | x) (equation 1) on tensors.</summary>
internal static class ForwardProcess
{
    /// <summary>z = alpha x + sigma eps.</summary>
    /// <param name="x">Images [B, C, H, W].</param>
    /// <param name="noise">Standard normal noise [B, C, H, W].</param>
    /// <param name="logSnr">Log-SNR of each image [B].</param>
    public static Tensor Diffuse(Tensor x, Tensor noise, Tensor logSnr)
    {
        using var scope = NewDisposeScope();
        var (alpha, sigma) = AlphaAndSigma(logSnr);
        return (alpha * x).addcmul_(sigma, noise, 1).MoveToOuterDisposeScope();
    }

    /// <summary>z = alpha x + sigma eps at one noise level.</summary>
    public static Tensor Diffuse(Tensor x, Tensor noise, double logSnr)
    {
        using var scope = NewDisposeScope();
        return (x * VariancePreserving.Alpha(logSnr)).add_(noise, alpha: VariancePreserving.Sigma(logSnr)).MoveToOuterDisposeScope();
    }

    /// <summary>What the network ought to predict.</summary>
    /// <param name="type">What it predicts.</param>
    /// <param name="x">Images [B, C, H, W].</param>
    /// <param name="noise">Noise [B, C, H, W].</param>
    /// <param name="logSnr">Log-SNR of each image [B].</param>
    public static Tensor Target(PredictionType type, Tensor x, Tensor noise, Tensor logSnr)
    {
        if (type != PredictionType.V)
        {
            return type == PredictionType.X ? x.alias() : noise.alias();
        }

        using var scope = NewDisposeScope();
        var (alpha, sigma) = AlphaAndSigma(logSnr);
        return (alpha * noise).addcmul_(sigma, x, -1).MoveToOuterDisposeScope();
    }

    /// <summary>[B] to [B, 1, 1, 1] each, the square roots of the sigmoid of plus and minus the log-SNR.</summary>
    private static (Tensor Alpha, Tensor Sigma) AlphaAndSigma(Tensor logSnr) => (logSnr.sigmoid().sqrt().view(-1, 1, 1, 1), (-logSnr).sigmoid().sqrt().view(-1, 1, 1, 1));
}

/// <summary>The mean square of what a network got wrong, per image.</summary>
internal static class SquaredError
{
    /// <summary>Mean square of each image [B, C, H, W] to [B].</summary>
    public static Tensor Mean(Tensor residual)
    {
        using var scope = NewDisposeScope();
        return residual.square().mean([1, 2, 3]).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// That of the multiscale loss of section 3.2: the sum over resolutions s = lowest, 2 lowest, ... up to the image's of 1/s times the mean square of the
    /// residual pooled to s. Resolutions are those of the shorter side.
    /// </summary>
    public static Tensor Multiscale(Tensor residual, int lowest)
    {
        using var scope = NewDisposeScope();
        int resolution = (int)Math.Min(residual.shape[2], residual.shape[3]);
        var sum = Mean(residual) / resolution;
        while (resolution > lowest)
        {
            residual = nn.functional.avg_pool2d(residual, 2);
            resolution /= 2;
            sum = sum + (Mean(residual) / resolution);
        }

        return sum.MoveToOuterDisposeScope();
    }
}
