using Microsoft.ML.SimpleDiffusion.Diffusion;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Samplers;

/// <summary>A <see cref="LinearCombination"/> of tensors.</summary>
internal static class TensorCombination
{
    /// <summary>a z + b prediction, or the prediction itself where it is that already.</summary>
    /// <param name="combination">a and b.</param>
    /// <param name="z">Noisy images [B, C, H, W].</param>
    /// <param name="prediction">Network output [B, C, H, W].</param>
    public static Tensor Apply(this LinearCombination combination, Tensor z, Tensor prediction)
        => combination is { Z: 0, Prediction: 1 } ? prediction.alias() : (z * combination.Z).add_(prediction, alpha: combination.Prediction);
}
