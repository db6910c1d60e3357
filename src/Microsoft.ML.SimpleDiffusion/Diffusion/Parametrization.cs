namespace Microsoft.ML.SimpleDiffusion.Diffusion;

/// <summary>
/// What a network predicts, converted: v = alpha eps - sigma x, x = alpha z - sigma v, eps = sigma z + alpha v (Salimans and Ho 2022;
/// section 2.1 and appendix A of the paper). Each conversion is a z + b prediction with numbers a, b that depend on the log-SNR alone.
/// </summary>
internal static class Parametrization
{
    private static readonly LinearCombination Itself = new(0, 1);

    /// <summary>The image that a prediction means.</summary>
    /// <param name="type">What is predicted.</param>
    /// <param name="logSnr">Log-SNR of the noisy image.</param>
    public static LinearCombination ToX(PredictionType type, double logSnr)
    {
        double alpha = VariancePreserving.Alpha(logSnr), sigma = VariancePreserving.Sigma(logSnr);
        return type switch
        {
            PredictionType.X => Itself,
            PredictionType.V => new(alpha, -sigma),
            PredictionType.Epsilon => new(1 / alpha, -sigma / alpha),
            _ => throw Unknown(type),
        };
    }

    /// <summary>The noise that a prediction means.</summary>
    /// <inheritdoc cref="ToX" path="/param"/>
    public static LinearCombination ToEpsilon(PredictionType type, double logSnr)
    {
        double alpha = VariancePreserving.Alpha(logSnr), sigma = VariancePreserving.Sigma(logSnr);
        return type switch
        {
            PredictionType.X => new(1 / sigma, -alpha / sigma),
            PredictionType.V => new(sigma, alpha),
            PredictionType.Epsilon => Itself,
            _ => throw Unknown(type),
        };
    }

    /// <summary>The v that a prediction means.</summary>
    /// <inheritdoc cref="ToX" path="/param"/>
    public static LinearCombination ToV(PredictionType type, double logSnr)
    {
        double alpha = VariancePreserving.Alpha(logSnr), sigma = VariancePreserving.Sigma(logSnr);
        return type switch
        {
            PredictionType.X => new(alpha / sigma, -1 / sigma),
            PredictionType.V => Itself,
            PredictionType.Epsilon => new(-sigma / alpha, 1 / alpha),
            _ => throw Unknown(type),
        };
    }

    /// <summary>
    /// Factor between errors: an error of size 1 in what the network predicts is an error of this size in eps, for a given z. In log space,
    /// since x and eps errors differ by sqrt(SNR), which overflows early.
    /// </summary>
    /// <param name="type">What the network predicts.</param>
    /// <param name="logSnr">Log-SNR.</param>
    /// <returns>Logarithm of the squared factor.</returns>
    public static double LogSquaredEpsilonError(PredictionType type, double logSnr) => type switch
    {
        PredictionType.Epsilon => 0,
        PredictionType.V => VariancePreserving.LogSigmoid(logSnr),
        PredictionType.X => logSnr,
        _ => throw Unknown(type),
    };

    private static ArgumentOutOfRangeException Unknown(PredictionType type) => new(nameof(type), type, "Unknown prediction type.");
}

/// <summary>The numbers of <c>a z + b prediction</c>: how what a network predicts is turned into something else.</summary>
/// <param name="Z">Factor of the noisy image.</param>
/// <param name="Prediction">Factor of the prediction.</param>
internal readonly record struct LinearCombination(double Z, double Prediction);
