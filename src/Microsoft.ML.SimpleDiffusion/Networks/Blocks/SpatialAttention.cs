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
