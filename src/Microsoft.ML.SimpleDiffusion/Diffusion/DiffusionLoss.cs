using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Diffusion;

/// <summary>
/// Training losses. In a variance-preserving process the errors of eps, v and x differ by a factor that depends on the log-SNR alone, so that
/// every loss is the mean square of what the network got wrong times a weight per image: one pass over the pixels, whatever the loss.
/// </summary>
internal static class DiffusionLoss
{
    /// <summary>Loss of each image [B].</summary>
    /// <param name="options">Prediction type, multiscale resolution and the constants of the weights.</param>
    /// <param name="loss">Which loss; not Auto.</param>
    /// <param name="prediction">Network output [B, C, H, W].</param>
    /// <param name="x">Images [B, C, H, W].</param>
    /// <param name="noise">Noise [B, C, H, W].</param>
    /// <param name="logSnr">Log-SNR of each image [B].</param>
    public static Tensor PerExample(DiffusionOptions options, LossType loss, Tensor prediction, Tensor x, Tensor noise, Tensor logSnr)
    {
        using var scope = NewDisposeScope();
        var residual = prediction - Parametrization.Target(options.Prediction, x, noise, logSnr);
        var error = options.MultiscaleBaseResolution is int lowest ? Multiscale(residual, lowest) : PerImage.MeanSquare(residual);
        var logWeight = LogEpsilonWeight(options, loss, logSnr) + Parametrization.LogSquaredEpsilonError(options.Prediction, logSnr);
        return (error * logWeight.exp()).MoveToOuterDisposeScope();
    }

    /// <summary>Logarithm of the weight of each loss, written as a weight of the squared error of eps [B].</summary>
    /// <remarks>
    /// The weights of <see cref="LossType.Sigmoid"/> and <see cref="LossType.MinSnr"/> apply at uniformly drawn times; the density of the schedule
    /// over log-SNR multiplies them.
    /// </remarks>
    internal static Tensor LogEpsilonWeight(DiffusionOptions options, LossType loss, Tensor logSnr)
    {
        using var scope = NewDisposeScope();
        var weight = loss switch
        {
            LossType.Epsilon => zeros_like(logSnr),
            LossType.V => -nn.functional.logsigmoid(logSnr),
            LossType.X => -logSnr,
            LossType.Sigmoid => nn.functional.logsigmoid(options.SigmoidLossBias - logSnr),

            // min(SNR, gamma) on the squared error of x is min(1, gamma / SNR) on that of eps.
            LossType.MinSnr => (Math.Log(options.MinSnrGamma) - logSnr).clamp_max(0),
            _ => throw new ArgumentOutOfRangeException(nameof(loss), loss, "The loss must be chosen by now."),
        };
        return weight.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The multiscale loss of section 3.2: the sum over resolutions s = lowest, 2 lowest, ... up to the image's of 1/s times the mean square of the
    /// residual pooled to s. Resolutions are those of the shorter side.
    /// </summary>
    private static Tensor Multiscale(Tensor residual, int lowest)
    {
        using var scope = NewDisposeScope();
        int resolution = (int)Math.Min(residual.shape[2], residual.shape[3]);
        var sum = PerImage.MeanSquare(residual) / resolution;
        while (resolution > lowest)
        {
            residual = nn.functional.avg_pool2d(residual, 2);
            resolution /= 2;
            sum = sum + (PerImage.MeanSquare(residual) / resolution);
        }

        return sum.MoveToOuterDisposeScope();
    }
}
