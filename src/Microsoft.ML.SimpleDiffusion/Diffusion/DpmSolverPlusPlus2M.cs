namespace Microsoft.ML.SimpleDiffusion.Diffusion;

/// <summary>The second-order multistep solver DPM-Solver++ 2M (Lu et al. 2022, algorithm 2), in half log-SNR. Its first step is of first order.</summary>
internal sealed class DpmSolverPlusPlus2M : ISampler
{
    private double? _previousLogSnr;

    /// <inheritdoc/>
    public StepCoefficients Step(double logSnr, double nextLogSnr)
    {
        double h = 0.5 * (nextLogSnr - logSnr);
        double sigmaRatio = VariancePreserving.Sigma(nextLogSnr) / VariancePreserving.Sigma(logSnr);
        double weight = VariancePreserving.Alpha(nextLogSnr) * (1 - Math.Exp(-h));

        // Extrapolates the prediction linearly in log-SNR to the middle of the step.
        double extrapolation = _previousLogSnr is double previous ? h / (logSnr - previous) : 0;
        _previousLogSnr = logSnr;
        return new(Z: sigmaRatio, X: weight * (1 + extrapolation), PreviousX: -weight * extrapolation);
    }
}
