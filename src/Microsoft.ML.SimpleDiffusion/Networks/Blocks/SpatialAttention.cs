using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>
/// Self-attention between the pixels of feature maps, then, in a network with text, cross-attention, each with a residual connection, as the U-Net uses them.
/// </summary>
internal sealed class SpatialAttention : nn.Module<Tensor, BlockContext, Tensor>
{
    private readonly SelfAttention _attention;
    private readonly CrossAttention? _crossAttention;

    public SpatialAttention(SpatialAttentionPlan plan)
        : base(nameof(SpatialAttention))
    {
        _attention = this.Register(plan.Self, new SelfAttention(plan.Self));
        _crossAttention = plan.Cross is null ? null : this.Register(plan.Cross, new CrossAttention(plan.Cross));
    }

    /// <param name="x">Feature maps [B, C, H, W].</param>
    /// <param name="context">What steers the block.</param>
    public override Tensor forward(Tensor x, BlockContext context)
    {
        using var scope = NewDisposeScope();
        var tokens = Tokens.FromMaps(x);
        var h = _attention.forward(tokens, null);
        if (_crossAttention is not null)
        {
            h = h + _crossAttention.forward(tokens + h, context.Text!, context.TextMask!);
        }

        return (x + Tokens.ToMaps(h, x)).MoveToOuterDisposeScope();
    }
}

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

    /// <summary>
    /// The embedding of the positions of feature maps. Of maps of smaller images than those of the network each position is the mean of those that it covers; maps of
    /// crops have a part of the positions.
    /// </summary>
    /// <param name="maps">[B, C, H / f, W / f].</param>
    /// <param name="positions">[H W, C].</param>
    /// <param name="corner">Where the crops that the maps are of begin [B, 2], or null.</param>
    /// <returns>[H W / f², C], or [B, H W / 4, C] of crops.</returns>
    public static Tensor PositionsOf(Tensor maps, Tensor positions, Tensor? corner = null)
    {
        long height = maps.shape[2], width = maps.shape[3];
        if (corner is not null)
        {
            return PositionsOfCrops(height, width, positions, corner);
        }

        if (positions.shape[0] == height * width)
        {
            return positions.alias();
        }

        using var scope = NewDisposeScope();
        long factor = (long)Math.Round(Math.Sqrt((double)positions.shape[0] / (height * width)));
        return positions.view(height, factor, width, factor, -1).mean([1, 3]).view(height * width, -1).MoveToOuterDisposeScope();
    }

    private static Tensor PositionsOfCrops(long height, long width, Tensor positions, Tensor corner)
    {
        using var scope = NewDisposeScope();
        var places = (Along(height, 0) * (2 * width)).unsqueeze(2) + Along(width, 1).unsqueeze(1);
        return positions.index_select(0, places.flatten()).view(corner.shape[0], height * width, -1).MoveToOuterDisposeScope();

        // Numbers of the rows or columns of each crop in the whole, of which it has half.
        Tensor Along(long count, long axis)
            => (corner.select(1, axis) * (2 * count)).round().to(ScalarType.Int64).unsqueeze(1) + arange(count, dtype: ScalarType.Int64, device: corner.device);
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
