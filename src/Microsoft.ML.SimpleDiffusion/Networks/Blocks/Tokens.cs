using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

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
    /// <param name="tokens">The tokens.</param>
    /// <param name="like">Feature maps whose height, width and memory layout the result takes.</param>
    public static Tensor ToMaps(Tensor tokens, Tensor like)
    {
        using var scope = NewDisposeScope();
        var maps = tokens.transpose(1, 2);
        maps = MemoryLayout.IsChannelsLast(like) ? maps : maps.contiguous();
        return maps.view(tokens.shape[0], tokens.shape[2], like.shape[2], like.shape[3]).MoveToOuterDisposeScope();
    }
}
