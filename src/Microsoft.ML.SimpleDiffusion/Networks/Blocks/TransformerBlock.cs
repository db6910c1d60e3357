using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>
/// The 'transformer_block' of appendix B.2.1: MLP first, then self-attention, then, in a network with text, cross-attention (section 5.2), each with a
/// residual connection.
/// </summary>
internal sealed class TransformerBlock : nn.Module<Tensor, BlockContext, Tensor?, Tensor>
{
    private readonly MlpBlock _mlp;
    private readonly SelfAttention _attention;
    private readonly CrossAttention? _crossAttention;

    public TransformerBlock(TransformerBlockPlan plan)
        : base(nameof(TransformerBlock))
    {
        _mlp = this.Register(plan.Mlp, new MlpBlock(plan.Mlp));
        _attention = this.Register(plan.Attention, new SelfAttention(plan.Attention));
        _crossAttention = plan.CrossAttention is null ? null : this.Register(plan.CrossAttention, new CrossAttention(plan.CrossAttention));
    }

    /// <param name="x">Tokens [B, N, C].</param>
    /// <param name="context">What steers the block.</param>
    /// <param name="skip">Tokens of the way down [B, N, C], or null.</param>
    public override Tensor forward(Tensor x, BlockContext context, Tensor? skip)
    {
        using var scope = NewDisposeScope();
        x = x + _mlp.forward(x, context.Embedding, skip);
        x = x + _attention.forward(x, null);
        if (_crossAttention is not null)
        {
            x = x + _crossAttention.forward(x, context.Text!, context.TextMask!);
        }

        return x.MoveToOuterDisposeScope();
    }
}
