using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Text;

/// <summary>A small transformer over the bytes of a text, with norms before its blocks.</summary>
internal sealed class ByteEncoder : TextEncoder
{
    private readonly Embedding _tokens;
    private readonly Embedding _positions;
    private readonly ModuleList<TextBlock> _blocks;

    public ByteEncoder(ByteEncoderPlan plan)
        : base(nameof(ByteEncoder), plan)
    {
        _tokens = this.Add(plan.TokenTable);
        _positions = this.Add(plan.PositionTable);
        _blocks = this.Add(plan.Blocks, block => new TextBlock(block));
    }

    /// <inheritdoc/>
    protected override Tensor ForwardTokens(TextInput text)
    {
        using var scope = NewDisposeScope();
        var h = _tokens.forward(text.Tokens) + _positions.weight!.narrow(0, 0, text.Tokens.shape[1]);
        foreach (var block in _blocks)
        {
            h = block.forward(h, text.Mask);
        }

        return h.MoveToOuterDisposeScope();
    }
}
