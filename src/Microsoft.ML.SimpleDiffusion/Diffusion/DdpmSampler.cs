namespace Microsoft.ML.SimpleDiffusion.Diffusion;

/// <summary>Ancestral sampling (Ho et al. 2020), 'sampler_step' of appendix A: draws from q(z_s | z_t, x) with a variance between its bounds.</summary>
/// <param name="noiseInterpolation">0 for the lower bound of the variance to 1 for the upper, in log space.</param>
internal sealed class DdpmSampler(double noiseInterpolation) : ISampler
{
    /// <inheritdoc/>
    public StepCoefficients Step(double logSnr, double nextLogSnr)
    {
        double ratio = Math.Exp(logSnr - nextLogSnr), c = OneMinusRatio(logSnr, nextLogSnr);
        double alpha = VariancePreserving.Alpha(logSnr), nextAlpha = VariancePreserving.Alpha(nextLogSnr);
        return new(Z: ratio * nextAlpha / alpha, X: c * nextAlpha, Noise: Math.Sqrt(Variance(logSnr, nextLogSnr, noiseInterpolation)));
    }

    /// <summary>
    /// The variance of the step. Both bounds have the factor c = 1 - exp(logSNR_t - logSNR_s); the listing in appendix A adds c itself where
    /// its logarithm belongs.
    /// </summary>
    public static double Variance(double logSnr, double nextLogSnr, double noiseInterpolation)
    {
        double logC = Math.Log(OneMinusRatio(logSnr, nextLogSnr));
        double min = logC + VariancePreserving.LogSigmoid(-nextLogSnr);
        double max = logC + VariancePreserving.LogSigmoid(-logSnr);
        return Math.Exp((noiseInterpolation * max) + ((1 - noiseInterpolation) * min));
    }

    /// <summary>1 - exp(-d) for d = nextLogSnr - logSnr, accurate for small d.</summary>
    private static double OneMinusRatio(double logSnr, double nextLogSnr)
    {
        double d = nextLogSnr - logSnr;
        return d < 1e-5 ? d - (0.5 * d * d) : 1 - Math.Exp(-d);
    }
}
