namespace Microsoft.ML.SimpleDiffusion.Diffusion;

/// <summary>DDIM (equation 12 of Song et al. 2021).</summary>
/// <param name="eta">0 for deterministic steps to 1 for the noise of DDPM at its lower variance bound.</param>
internal sealed class DdimSampler(double eta) : ISampler
{
    /// <inheritdoc/>
    public StepCoefficients Step(double logSnr, double nextLogSnr)
    {
        double alpha = VariancePreserving.Alpha(logSnr), sigma = VariancePreserving.Sigma(logSnr);
        double nextAlpha = VariancePreserving.Alpha(nextLogSnr), nextSigma = VariancePreserving.Sigma(nextLogSnr);
        double variance = eta == 0 ? 0 : eta * eta * DdpmSampler.Variance(logSnr, nextLogSnr, noiseInterpolation: 0);

        // With eps = (z - alpha_t x) / sigma_t: z_s = alpha_s x + direction * eps + sqrt(variance) * noise.
        double direction = Math.Sqrt(Math.Max((nextSigma * nextSigma) - variance, 0));
        return new(Z: direction / sigma, X: nextAlpha - (direction * alpha / sigma), Noise: Math.Sqrt(variance));
    }
}
