using Microsoft.ML.SimpleDiffusion.Diffusion;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Samplers;

/// <summary>The second-order multistep solver DPM-Solver++ 2M (Lu et al. 2022, algorithm 2), in half log-SNR.</summary>
internal static class DpmSolverPlusPlus2M
{
    /// <summary>One step from time t to an earlier time s.</summary>
    /// <param name="z">Images at t [B, C, H, W].</param>
    /// <param name="x">Clean images predicted at t.</param>
    /// <param name="previousX">Clean images predicted one step before t, or null for a first-order step.</param>
    /// <param name="logSnrPrevious">Log-SNR one step before t; ignored in a first-order step.</param>
    /// <param name="logSnrT">Log-SNR at t.</param>
    /// <param name="logSnrS">Log-SNR at s, higher.</param>
    public static Tensor Step(Tensor z, Tensor x, Tensor? previousX, double logSnrPrevious, double logSnrT, double logSnrS)
    {
        double h = 0.5 * (logSnrS - logSnrT);
        double sigmaRatio = VariancePreserving.Sigma(logSnrS) / VariancePreserving.Sigma(logSnrT);
        double weight = VariancePreserving.Alpha(logSnrS) * (1 - Math.Exp(-h));
        using var scope = NewDisposeScope();
        var next = z * sigmaRatio;
        if (previousX is null)
        {
            return next.add_(x, alpha: weight).MoveToOuterDisposeScope();
        }

        // Extrapolates the prediction linearly in log-SNR to the middle of the step.
        double extrapolation = h / (logSnrT - logSnrPrevious);
        return next.add_(x, alpha: weight * (1 + extrapolation)).add_(previousX, alpha: -weight * extrapolation).MoveToOuterDisposeScope();
    }
}
