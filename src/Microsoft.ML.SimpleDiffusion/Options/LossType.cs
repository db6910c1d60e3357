namespace Microsoft.ML.SimpleDiffusion;

/// <summary>The training loss: a squared error and its weight over the noise levels.</summary>
public enum LossType
{
    /// <summary><see cref="V"/> for the U-ViT (appendix B.2), <see cref="Epsilon"/> for the U-Net (appendix A).</summary>
    Auto,

    /// <summary>Squared error of epsilon.</summary>
    Epsilon,

    /// <summary>Squared error of v.</summary>
    V,

    /// <summary>Squared error of x.</summary>
    X,

    /// <summary>
    /// Squared error of epsilon times -1/2 dλ/dt sigmoid(bias - λ), λ being the log-SNR (Kingma and Gao 2023; equation 4 of Hoogeboom et al. 2024): on the
    /// error of x the sigmoid is e^bias sigmoid(λ - bias). The slope of the schedule makes each noise level count the same under every schedule.
    /// Under <see cref="NoiseDraws.Normal"/> one over the density of the draws takes the place of -dλ/dt, which it is at uniform times; where it would be larger
    /// than -dλ/dt, this stays.
    /// </summary>
    Sigmoid,

    /// <summary>Squared error of x times min(SNR, gamma) (Hang et al. 2023).</summary>
    MinSnr,

    /// <summary>
    /// Squared error of epsilon times sigmoid(bias - logSNR) alone, which earlier versions called Sigmoid: how much a noise level counts depends on the
    /// schedule. For runs that were begun with it.
    /// </summary>
    SigmoidWithoutSlope,
}
