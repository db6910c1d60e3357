using Microsoft.ML.SimpleDiffusion.Diffusion;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Samplers;

/// <summary>Ancestral sampling (Ho et al. 2020), 'sampler_step' of appendix A.</summary>
internal static class DdpmSampler
{
    /// <summary>One step from time t to an earlier time s: draws from q(z_s | z_t, x) with a variance between its bounds.</summary>
    /// <param name="z">Images at t [B, C, H, W].</param>
    /// <param name="x">Predicted clean images.</param>
    /// <param name="logSnrT">Log-SNR at t.</param>
    /// <param name="logSnrS">Log-SNR at s, higher.</param>
    /// <param name="noiseInterpolation">0 for the lower bound of the variance to 1 for the upper, in log space.</param>
    /// <param name="noise">Standard normal noise.</param>
    public static Tensor Step(Tensor z, Tensor x, double logSnrT, double logSnrS, double noiseInterpolation, Tensor noise)
    {
        double ratio = Math.Exp(logSnrT - logSnrS);
        double c = OneMinusRatio(logSnrT, logSnrS);
        double alphaT = VariancePreserving.Alpha(logSnrT), alphaS = VariancePreserving.Alpha(logSnrS);
        using var scope = NewDisposeScope();
        return (z * (ratio * alphaS / alphaT))
            .add_(x, alpha: c * alphaS)
            .add_(noise, alpha: Math.Sqrt(Variance(logSnrT, logSnrS, noiseInterpolation)))
            .MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The variance of the step. Both bounds have the factor c = 1 - exp(logSNR_t - logSNR_s); the listing in appendix A adds c itself where
    /// its logarithm belongs.
    /// </summary>
    public static double Variance(double logSnrT, double logSnrS, double noiseInterpolation)
    {
        double logC = Math.Log(OneMinusRatio(logSnrT, logSnrS));
        double min = logC + LogSigmoid(-logSnrS);
        double max = logC + LogSigmoid(-logSnrT);
        return Math.Exp((noiseInterpolation * max) + ((1 - noiseInterpolation) * min));
    }

    /// <summary>1 - exp(-d) for d = logSnrS - logSnrT, accurate for small d.</summary>
    private static double OneMinusRatio(double logSnrT, double logSnrS)
    {
        double d = logSnrS - logSnrT;
        return d < 1e-5 ? d - (0.5 * d * d) : 1 - Math.Exp(-d);
    }

    private static double LogSigmoid(double x) => x < 0 ? x - Math.Log(1 + Math.Exp(x)) : -Math.Log(1 + Math.Exp(-x));
}
