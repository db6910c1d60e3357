using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Diffusion;

/// <summary>
/// What a network predicts, converted: v = alpha eps - sigma x, x = alpha z - sigma v, eps = sigma z + alpha v (Salimans and Ho 2022;
/// section 2.1 and appendix A of the paper). Each conversion is a x + b y with numbers a, b that depend on the log-SNR alone.
/// </summary>
internal static class Parametrization
{
    /// <summary>The image that a prediction means.</summary>
    /// <param name="type">What <paramref name="prediction"/> is.</param>
    /// <param name="prediction">Network output [B, C, H, W].</param>
    /// <param name="z">Noisy images [B, C, H, W].</param>
    /// <param name="logSnr">Log-SNR of all of them.</param>
    public static Tensor ToX(PredictionType type, Tensor prediction, Tensor z, double logSnr)
    {
        double alpha = VariancePreserving.Alpha(logSnr), sigma = VariancePreserving.Sigma(logSnr);
        return type switch
        {
            PredictionType.X => prediction.alias(),
            PredictionType.V => Combine(alpha, z, -sigma, prediction),
            PredictionType.Epsilon => Combine(1 / alpha, z, -sigma / alpha, prediction),
            _ => throw Unknown(type),
        };
    }

    /// <summary>The noise that a prediction means.</summary>
    /// <inheritdoc cref="ToX" path="/param"/>
    public static Tensor ToEpsilon(PredictionType type, Tensor prediction, Tensor z, double logSnr)
    {
        double alpha = VariancePreserving.Alpha(logSnr), sigma = VariancePreserving.Sigma(logSnr);
        return type switch
        {
            PredictionType.X => Combine(1 / sigma, z, -alpha / sigma, prediction),
            PredictionType.V => Combine(sigma, z, alpha, prediction),
            PredictionType.Epsilon => prediction.alias(),
            _ => throw Unknown(type),
        };
    }

    /// <summary>The v that a prediction means.</summary>
    /// <inheritdoc cref="ToX" path="/param"/>
    public static Tensor ToV(PredictionType type, Tensor prediction, Tensor z, double logSnr)
    {
        double alpha = VariancePreserving.Alpha(logSnr), sigma = VariancePreserving.Sigma(logSnr);
        return type switch
        {
            PredictionType.X => Combine(alpha / sigma, z, -1 / sigma, prediction),
            PredictionType.V => prediction.alias(),
            PredictionType.Epsilon => Combine(-sigma / alpha, z, 1 / alpha, prediction),
            _ => throw Unknown(type),
        };
    }

    /// <summary>What the network ought to predict.</summary>
    /// <param name="type">What it predicts.</param>
    /// <param name="x">Images [B, C, H, W].</param>
    /// <param name="noise">Noise [B, C, H, W].</param>
    /// <param name="logSnr">Log-SNR of each image [B].</param>
    public static Tensor Target(PredictionType type, Tensor x, Tensor noise, Tensor logSnr)
    {
        if (type != PredictionType.V)
        {
            return type == PredictionType.X ? x.alias() : noise.alias();
        }

        using var scope = NewDisposeScope();
        var alpha = PerImage.Expand(VariancePreserving.Alpha(logSnr));
        var sigma = PerImage.Expand(VariancePreserving.Sigma(logSnr));
        return (alpha * noise).addcmul_(sigma, x, -1).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Factor between errors: an error of size 1 in what the network predicts is an error of this size in eps, for a given z. In log space,
    /// since x and eps errors differ by sqrt(SNR), which overflows early.
    /// </summary>
    /// <param name="type">What the network predicts.</param>
    /// <param name="logSnr">Log-SNR of each image [B].</param>
    /// <returns>Logarithm of the squared factor [B].</returns>
    public static Tensor LogSquaredEpsilonError(PredictionType type, Tensor logSnr) => type switch
    {
        PredictionType.Epsilon => zeros_like(logSnr),
        PredictionType.V => nn.functional.logsigmoid(logSnr),
        PredictionType.X => logSnr.alias(),
        _ => throw Unknown(type),
    };

    private static Tensor Combine(double a, Tensor x, double b, Tensor y)
    {
        using var scaled = x * a;
        return scaled.add(y, alpha: b);
    }

    private static ArgumentOutOfRangeException Unknown(PredictionType type) => new(nameof(type), type, "Unknown prediction type.");
}
