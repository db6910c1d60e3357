using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Text;

/// <summary>One block of the text encoder: self-attention, then an MLP, each with a norm before it and a residual connection.</summary>
internal sealed class TextBlock : nn.Module<Tensor, Tensor, Tensor>, IZeroInitialized
{
    private const int ExpansionFactor = 4;

    private readonly SelfAttention _attention;
    private readonly LayerNorm _norm;
    private readonly Linear _expand;
    private readonly Linear _contract;

    public TextBlock(int width, int heads)
        : base(nameof(TextBlock))
    {
        _attention = new SelfAttention(width, heads);
        _norm = nn.LayerNorm(width, bias: false);
        _expand = Layers.Dense(width, ExpansionFactor * width);
        _contract = Layers.Dense(ExpansionFactor * width, width);
        register_module("attention", _attention);
        register_module("norm", _norm);
        register_module("expand", _expand);
        register_module("contract", _contract);
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
