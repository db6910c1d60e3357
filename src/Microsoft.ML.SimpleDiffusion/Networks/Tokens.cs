using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks;

/// <summary>Feature maps as a sequence of tokens, one per pixel in row order, and back.</summary>
internal static class Tokens
{
    /// <summary>[B, C, H, W] to [B, H W, C].</summary>
    public static Tensor FromMaps(Tensor maps)
    {
        using var flat = maps.flatten(2);
        using var transposed = flat.transpose(1, 2);
        return transposed.contiguous();
    }

    /// <summary>[B, H W, C] to [B, C, H, W].</summary>
    public static Tensor ToMaps(Tensor tokens, long height, long width)
    {
        using var transposed = tokens.transpose(1, 2);
        using var contiguous = transposed.contiguous();
        return contiguous.view(tokens.shape[0], tokens.shape[2], height, width);
    }
}
