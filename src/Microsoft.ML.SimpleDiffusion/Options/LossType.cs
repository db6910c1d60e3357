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

    /// <summary>Squared error of epsilon times sigmoid(bias - logSNR) (Kingma and Gao 2023; Hoogeboom et al. 2024).</summary>
    Sigmoid,

    /// <summary>Squared error of x times min(SNR, gamma) (Hang et al. 2023).</summary>
    MinSnr,
}
