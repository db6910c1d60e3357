using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Diffusion;

/// <summary>
/// The variance-preserving process (section 2): z = alpha x + sigma eps with alpha² = sigmoid(logSNR) and sigma² = sigmoid(-logSNR).
/// </summary>
internal static class VariancePreserving
{
    public static double Alpha(double logSnr) => Math.Sqrt(Sigmoid(logSnr));

    public static double Sigma(double logSnr) => Math.Sqrt(Sigmoid(-logSnr));

    /// <param name="logSnr">Any shape.</param>
    public static Tensor Alpha(Tensor logSnr)
    {
        using var squared = logSnr.sigmoid();
        return squared.sqrt();
    }

    /// <param name="logSnr">Any shape.</param>
    public static Tensor Sigma(Tensor logSnr)
    {
        using var negative = -logSnr;
        return Alpha(negative);
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}
