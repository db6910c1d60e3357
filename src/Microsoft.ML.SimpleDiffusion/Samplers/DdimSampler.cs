using Microsoft.ML.SimpleDiffusion.Diffusion;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Samplers;

/// <summary>DDIM (Song et al. 2021).</summary>
internal static class DdimSampler
{
    /// <summary>One step from time t to an earlier time s (equation 12 of Song et al.).</summary>
    /// <param name="z">Images at t [B, C, H, W].</param>
    /// <param name="x">Predicted clean images.</param>
    /// <param name="logSnrT">Log-SNR at t.</param>
    /// <param name="logSnrS">Log-SNR at s, higher.</param>
    /// <param name="eta">0 for a deterministic step to 1 for the noise of DDPM at its lower variance bound.</param>
    /// <param name="noise">Standard normal noise; not used when eta is 0.</param>
    public static Tensor Step(Tensor z, Tensor x, double logSnrT, double logSnrS, double eta, Tensor? noise)
    {
        double alphaT = VariancePreserving.Alpha(logSnrT), sigmaT = VariancePreserving.Sigma(logSnrT);
        double alphaS = VariancePreserving.Alpha(logSnrS), sigmaS = VariancePreserving.Sigma(logSnrS);
        double variance = eta == 0 ? 0 : eta * eta * DdpmSampler.Variance(logSnrT, logSnrS, noiseInterpolation: 0);

        // With eps = (z - alpha_t x) / sigma_t: z_s = alpha_s x + direction * eps + sqrt(variance) * noise.
        double direction = Math.Sqrt(Math.Max((sigmaS * sigmaS) - variance, 0));
        using var scope = NewDisposeScope();
        var next = (z * (direction / sigmaT)).add_(x, alpha: alphaS - (direction * alphaT / sigmaT));
        if (variance > 0)
        {
            next.add_(noise ?? throw new ArgumentNullException(nameof(noise)), alpha: Math.Sqrt(variance));
        }

        return next.MoveToOuterDisposeScope();
    }
}
