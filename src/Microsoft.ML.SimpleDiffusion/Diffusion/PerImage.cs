using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Diffusion;

/// <summary>Numbers per image against images.</summary>
internal static class PerImage
{
    /// <summary>[B] to [B, 1, 1, 1].</summary>
    public static Tensor Expand(Tensor perImage) => perImage.view(-1, 1, 1, 1);

    /// <summary>Mean square of each image [B, C, H, W] to [B].</summary>
    public static Tensor MeanSquare(Tensor images)
    {
        using var scope = NewDisposeScope();
        return images.square().mean([1, 2, 3]).MoveToOuterDisposeScope();
    }
}
