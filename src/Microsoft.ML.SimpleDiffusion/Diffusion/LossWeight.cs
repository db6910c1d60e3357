namespace Microsoft.ML.SimpleDiffusion.Diffusion;

/// <summary>
/// Training losses as weights. In a variance-preserving process the errors of eps, v and x differ by a factor that depends on the log-SNR alone, so that
/// every loss is the mean square of what the network got wrong times a number per image: one pass over the pixels, whatever the loss.
/// </summary>
internal static class LossWeight
{
    /// <summary>Weight of the squared error of what the network predicts.</summary>
    /// <param name="options">Loss (not Auto) with its constants, and what the network predicts.</param>
    /// <param name="logSnr">Log-SNR of the image.</param>
    /// <param name="slope">
    /// Derivative of the log-SNR with respect to time, below 0, where times are uniform; <see cref="NormalDraws.Slope"/> where log-SNRs are normal.
    /// </param>
    public static double Of(DiffusionOptions options, double logSnr, double slope)
        => Math.Exp(LogEpsilonWeight(options, logSnr, slope) + Parametrization.LogSquaredEpsilonError(options.Prediction, logSnr));

    /// <summary>Logarithm of the weight of each loss, written as a weight of the squared error of eps.</summary>
    /// <remarks>
    /// Times are drawn uniformly, so that a schedule meets log-SNRs where it is flat more often than where it is steep. <see cref="LossType.Sigmoid"/> has the
    /// slope as a factor, which undoes that: how much a log-SNR counts is the same under every schedule. The other losses count it as often as it is met. For
    /// the same end the factor is one over the density of the draws where these are not of uniform times.
    /// </remarks>
    private static double LogEpsilonWeight(DiffusionOptions options, double logSnr, double slope) => options.Loss switch
    {
        LossType.Epsilon => 0,
        LossType.V => -VariancePreserving.LogSigmoid(logSnr),
        LossType.X => -logSnr,
        LossType.Sigmoid => Math.Log(-0.5 * slope) + VariancePreserving.LogSigmoid(options.SigmoidLossBias - logSnr),
        LossType.SigmoidWithoutSlope => VariancePreserving.LogSigmoid(options.SigmoidLossBias - logSnr),

        // min(SNR, gamma) on the squared error of x is min(1, gamma / SNR) on that of eps.
        LossType.MinSnr => Math.Min(Math.Log(options.MinSnrGamma) - logSnr, 0),
        _ => throw new ArgumentOutOfRangeException(nameof(options), options.Loss, "The loss must be chosen by now."),
    };
}
