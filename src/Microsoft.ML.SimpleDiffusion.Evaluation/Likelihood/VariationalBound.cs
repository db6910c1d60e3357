using Microsoft.ML.SimpleDiffusion.Diffusion;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Likelihood;

/// <summary>
/// The three terms of the variational bound on the negative log-likelihood of 8-bit images in continuous time (Kingma et al. 2021, equation 3), in nats per
/// image. The diffusion term depends on the noise schedule through its limits only (section 5.1 there), so that it is an integral over log-SNR.
/// </summary>
internal static class VariationalBound
{
    /// <summary>Number of values of a pixel.</summary>
    private const int Levels = 256;

    /// <summary>Half the distance from -1 to 1 in levels: level k stands for k / 127.5 - 1.</summary>
    private const double LevelsPerUnit = 127.5;

    /// <summary>Standard deviations around a pixel beyond which levels are so improbable that they are left out.</summary>
    private const double Reach = 10;

    /// <summary>KL(q(z | x) || N(0, 1)) at the noisy end: what is left of the images there.</summary>
    /// <param name="x">Images [B, C, H, W].</param>
    /// <param name="logSnrMin">Lowest log-SNR.</param>
    /// <returns>[B].</returns>
    public static Tensor Prior(Tensor x, double logSnrMin)
    {
        using var scope = NewDisposeScope();
        double alpha = VariancePreserving.Alpha(logSnrMin), sigma = VariancePreserving.Sigma(logSnrMin);
        double constant = (sigma * sigma) - 1 - (2 * Math.Log(sigma));
        return (0.5 * ((x.square() * (alpha * alpha)) + constant).sum([1, 2, 3])).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// One draw of the diffusion term, 1/2 the integral over log-SNR of ||eps - epŝ||², by its integrand at one log-SNR per image. With log-SNR drawn
    /// evenly between the limits its mean is the term. In terms of x and time it is -1/2 E[SNR'(t) ||x - x̂||²] (equation 17 there).
    /// </summary>
    /// <param name="residual">What the network gets wrong, in terms of what it predicts [B, C, H, W].</param>
    /// <param name="weight"><see cref="DiffusionWeight"/> of each image, times the distance between the limits of log-SNR [B].</param>
    /// <returns>[B].</returns>
    public static Tensor Diffusion(Tensor residual, Tensor weight)
    {
        using var scope = NewDisposeScope();
        return (residual.square().sum([1, 2, 3]) * weight).MoveToOuterDisposeScope();
    }

    /// <summary>Half the squared error of eps that a squared error of 1 in what the network predicts means.</summary>
    /// <param name="type">What the network predicts.</param>
    /// <param name="logSnr">Log-SNR of the image.</param>
    public static double DiffusionWeight(PredictionType type, double logSnr) => 0.5 * Math.Exp(Parametrization.LogSquaredEpsilonError(type, logSnr));

    /// <summary>
    /// One draw of the reconstruction term, -log p(x | z) at the clean end, with p over the 256 levels of each pixel proportional to q(z | level).
    /// </summary>
    /// <param name="x">Images [B, C, H, W] whose values are levels.</param>
    /// <param name="noise">Noise [B, C, H, W].</param>
    /// <param name="logSnrMax">Highest log-SNR.</param>
    /// <returns>[B].</returns>
    public static Tensor Reconstruction(Tensor x, Tensor noise, double logSnrMax)
    {
        using var scope = NewDisposeScope();

        // In levels: z / alpha lies around the level of x with this deviation.
        double deviation = LevelsPerUnit * VariancePreserving.Sigma(logSnrMax) / VariancePreserving.Alpha(logSnrMax);
        var level = ((x + 1) * LevelsPerUnit).round();
        var position = level + (noise * deviation);
        var nearest = position.round().clamp(0, Levels - 1);
        var logSum = LogWeight(nearest);
        int reach = (int)Math.Min(Math.Ceiling(Reach * deviation) + 1, Levels - 1);
        for (int distance = 1; distance <= reach; distance++)
        {
            logSum = Add(Add(logSum, nearest + distance), nearest - distance);
        }

        return (logSum - LogWeight(level)).sum([1, 2, 3]).MoveToOuterDisposeScope();

        Tensor LogWeight(Tensor levels) => (position - levels).square() * (-0.5 / (deviation * deviation));

        Tensor Add(Tensor sum, Tensor levels)
        {
            using var inner = NewDisposeScope();
            var isLevel = levels.ge(0).logical_and(levels.le(Levels - 1));
            return logaddexp(sum, where(isLevel, LogWeight(levels), float.NegativeInfinity)).MoveToOuterDisposeScope();
        }
    }
}
