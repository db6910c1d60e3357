using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks;

/// <summary>
/// The paper's 'NormalizeWithBias' on feature maps, together with the scale and shift that follow it: both are affine, so they are folded into
/// the norm's own weight and bias, where they cost next to nothing. As operations on feature maps they would cost more than the norm.
/// </summary>
internal static class FeatureNorm
{
    /// <summary>scale · norm(x).</summary>
    /// <param name="norm">The norm.</param>
    /// <param name="x">Feature maps [B, C, H, W].</param>
    /// <param name="scale">Factor.</param>
    public static Tensor Scaled(GroupNorm norm, Tensor x, double scale)
    {
        using var scope = NewDisposeScope();
        return nn.functional.group_norm(x, norm.num_groups, norm.weight! * scale, norm.bias! * scale, norm.eps).MoveToOuterDisposeScope();
    }

    /// <summary>norm(x) · (1 + scale) + shift, with a scale and shift for each image and channel ('FiLM', Perez et al. 2018).</summary>
    /// <param name="norm">The norm.</param>
    /// <param name="x">Feature maps [B, C, H, W].</param>
    /// <param name="film">Scale, then shift [B, 2C].</param>
    public static Tensor Modulated(GroupNorm norm, Tensor x, Tensor film)
    {
        using var scope = NewDisposeScope();
        long batch = x.shape[0], channels = x.shape[1];
        var parts = film.chunk(2, dim: 1);
        var factor = parts[0] + 1;
        var weight = norm.weight! * factor;
        var bias = addcmul(parts[1], norm.bias!, factor, 1);
        if (MemoryLayout.IsChannelsLast(x))
        {
            // Pixel by pixel the maps of two images cannot be seen as those of one, and an affine map is quick.
            var normalized = nn.functional.group_norm(x, norm.num_groups, eps: norm.eps);
            return addcmul(bias.view(batch, channels, 1, 1).to(x.dtype), normalized, weight.view(batch, channels, 1, 1).to(x.dtype), 1).MoveToOuterDisposeScope();
        }

        // All images as the channels of one: the groups stay those of each image, and each image has its own affine map.
        var merged = x.view(1, batch * channels, x.shape[2], x.shape[3]);
        var h = nn.functional.group_norm(merged, batch * norm.num_groups, weight.view(-1), bias.view(-1), norm.eps);
        return h.view(x.shape).MoveToOuterDisposeScope();
    }
}
