using Microsoft.ML.SimpleDiffusion.Interop.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>
/// The norms of the networks, in the precision of <see cref="OperatorPrecision"/>. A scale and shift that follow a norm are folded into the norm's own weight
/// and bias, since both are affine: there they cost next to nothing, and as operations on feature maps more than the norm.
/// </summary>
internal static class Norms
{
    /// <summary>The paper's 'NormalizeWithBias' on feature maps.</summary>
    /// <param name="norm">The norm.</param>
    /// <param name="x">Feature maps [B, C, H, W].</param>
    public static Tensor Normalized(GroupNorm norm, Tensor x) => Group(x, norm.num_groups, norm.weight!, norm.bias!, norm.eps);

    /// <summary>The paper's 'Normalize' and 'NormalizeWithBias' on tokens.</summary>
    /// <param name="norm">The norm, with or without bias.</param>
    /// <param name="x">[..., C].</param>
    public static Tensor Normalized(LayerNorm norm, Tensor x) => Layer(x, norm.weight!, norm.bias, norm.eps, OperatorPrecision.Of(NetworkOperator.LayerNorm, x.device_type));

    /// <summary>scale · norm(x).</summary>
    /// <param name="norm">The norm.</param>
    /// <param name="x">Feature maps [B, C, H, W].</param>
    /// <param name="scale">Factor.</param>
    public static Tensor Scaled(GroupNorm norm, Tensor x, double scale)
    {
        using var scope = NewDisposeScope();
        return Group(x, norm.num_groups, norm.weight! * scale, norm.bias! * scale, norm.eps).MoveToOuterDisposeScope();
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
        return Group(merged, batch * norm.num_groups, weight.view(-1), bias.view(-1), norm.eps).view(x.shape).MoveToOuterDisposeScope();
    }

    /// <param name="x">Feature maps [B, C, H, W].</param>
    /// <param name="groups">Groups of channels.</param>
    /// <param name="weight">[C].</param>
    /// <param name="bias">[C].</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="type">What to compute in; not bfloat16 whatever the input is.</param>
    internal static Tensor Group(Tensor x, long groups, Tensor weight, Tensor bias, double epsilon, OperandType type)
        => type == OperandType.Input ? nn.functional.group_norm(x, groups, weight, bias, epsilon) : Autocast.Without(x.device_type, () =>
        {
            using var scope = NewDisposeScope();
            return nn.functional.group_norm(x, groups, weight.to(x.dtype), bias.to(x.dtype), epsilon).MoveToOuterDisposeScope();
        });

    /// <param name="x">[..., C].</param>
    /// <param name="weight">[C].</param>
    /// <param name="bias">[C], or null for none.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="type">What to compute in; not bfloat16 whatever the input is.</param>
    internal static Tensor Layer(Tensor x, Tensor weight, Tensor? bias, double epsilon, OperandType type)
        => type == OperandType.Input ? nn.functional.layer_norm(x, weight.shape, weight, bias, epsilon) : Autocast.Without(x.device_type, () =>
        {
            using var scope = NewDisposeScope();
            return nn.functional.layer_norm(x, weight.shape, weight.to(x.dtype), bias?.to(x.dtype), epsilon).MoveToOuterDisposeScope();
        });

    private static Tensor Group(Tensor x, long groups, Tensor weight, Tensor bias, double epsilon)
        => Group(x, groups, weight, bias, epsilon, OperatorPrecision.Of(NetworkOperator.GroupNorm, x.device_type));
}
