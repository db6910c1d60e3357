using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Samplers;

/// <summary>What a sampler knows of a network.</summary>
/// <param name="z">Noisy images [B, C, H, W], all at the same noise level.</param>
/// <param name="logSnr">Their log-SNR.</param>
/// <param name="isGuided">Whether guidance is wanted.</param>
/// <returns>The prediction [B, C, H, W].</returns>
internal delegate Tensor Denoiser(Tensor z, double logSnr, bool isGuided);
