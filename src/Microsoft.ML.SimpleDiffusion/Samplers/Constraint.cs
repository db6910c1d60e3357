using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Samplers;

/// <summary>Forces images at a noise level to be what is known of them. Applied after every step, and to the result.</summary>
/// <param name="z">Images [B, C, H, W]. The caller's.</param>
/// <param name="logSnr">Their log-SNR; infinity for the result.</param>
/// <returns>New images [B, C, H, W].</returns>
internal delegate Tensor Constraint(Tensor z, double logSnr);
