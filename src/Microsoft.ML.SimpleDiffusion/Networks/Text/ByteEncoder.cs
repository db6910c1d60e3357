using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Text;

/// <summary>A small transformer over the bytes of a text, with norms before its blocks.</summary>
internal sealed class ByteEncoder : TextEncoder
{
    /// <summary>The token of a text that is not there: a learned sequence of its own. Tokens below are bytes.</summary>
    public const int NoTextToken = 256;

    /// <summary>All bytes and <see cref="NoTextToken"/>.</summary>
    public const int TokenCount = 257;

    private readonly Embedding _tokens;
    private readonly Embedding _positions;
    private readonly ModuleList<TextBlock> _blocks;

    public ByteEncoder(TextSpecification specification)
        : base(nameof(ByteEncoder), specification.Width)
    {
        _tokens = nn.Embedding(TokenCount, specification.Width);
        _positions = nn.Embedding(specification.MaxLength, specification.Width);
        _blocks = nn.ModuleList(Enumerable.Range(0, specification.Depth).Select(_ => new TextBlock(specification.Width, specification.Heads)).ToArray());
        register_module("tokens", _tokens);
        register_module("positions", _positions);
        register_module("blocks", _blocks);
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
