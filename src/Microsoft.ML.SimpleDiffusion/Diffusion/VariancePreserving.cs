namespace Microsoft.ML.SimpleDiffusion.Diffusion;

/// <summary>
/// The variance-preserving process (section 2): z = alpha x + sigma eps with alpha² = sigmoid(logSNR) and sigma² = sigmoid(-logSNR).
/// </summary>
internal static class VariancePreserving
{
    public static double Alpha(double logSnr) => Math.Sqrt(Sigmoid(logSnr));

    public static double Sigma(double logSnr) => Math.Sqrt(Sigmoid(-logSnr));

    /// <summary>Logarithm of the sigmoid, accurate at both ends.</summary>
    public static double LogSigmoid(double x) => x < 0 ? x - Math.Log(1 + Math.Exp(x)) : -Math.Log(1 + Math.Exp(-x));

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}
