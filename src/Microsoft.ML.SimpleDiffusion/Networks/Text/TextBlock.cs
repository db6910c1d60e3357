using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Text;

/// <summary>One block of the text encoder: self-attention, then an MLP, each with a norm before it and a residual connection.</summary>
internal sealed class TextBlock : nn.Module<Tensor, Tensor, Tensor>, IZeroInitialized
{
    private readonly SelfAttention _attention;
    private readonly LayerNorm _norm;
    private readonly Linear _expand;
    private readonly Linear _contract;

    public TextBlock(TextBlockPlan plan)
        : base(nameof(TextBlock))
    {
        _attention = this.Register(plan.Attention, new SelfAttention(plan.Attention));
        _norm = this.Add(plan.Norm);
        _expand = this.Add(plan.Expand);
        _contract = this.Add(plan.Contract);
    }

    /// <inheritdoc/>
    public nn.Module ZeroInitialized => _contract;

    /// <param name="x">Tokens [B, T, W].</param>
    /// <param name="mask">False where there is padding, Boolean [B, T].</param>
    public override Tensor forward(Tensor x, Tensor mask)
    {
        using var scope = NewDisposeScope();
        x = x + _attention.forward(x, mask);
        return (x + _contract.forward(nn.functional.silu(_expand.forward(Norms.Normalized(_norm, x))))).MoveToOuterDisposeScope();
    }
}
