using Microsoft.ML.SimpleDiffusion.Diffusion;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Model;

/// <summary>Numbers that differ from image to image of a batch, as tensors. Tensors go to the current dispose scope.</summary>
internal static class PerImage
{
    /// <summary>[B].</summary>
    public static Tensor Vector(IReadOnlyList<double> numbers, Device device)
        => tensor(Array.ConvertAll([.. numbers], number => (float)number), device: device);

    /// <summary>[B, 1, 1, 1].</summary>
    public static Tensor Factors(IEnumerable<double> numbers, Device device) => Vector([.. numbers], device).view(-1, 1, 1, 1);

    /// <summary>a z + b prediction, with numbers of each image's own.</summary>
    /// <param name="combinations">a and b of each image [B].</param>
    /// <param name="z">[B, C, H, W].</param>
    /// <param name="prediction">[B, C, H, W].</param>
    public static Tensor Combine(IReadOnlyList<LinearCombination> combinations, Tensor z, Tensor prediction)
    {
        using var scope = NewDisposeScope();
        var (a, b) = (Factors(combinations.Select(combination => combination.Z), z.device), Factors(combinations.Select(combination => combination.Prediction), z.device));
        return (a * z).addcmul_(b, prediction, 1).MoveToOuterDisposeScope();
    }
}
