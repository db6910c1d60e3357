using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>
/// Self-attention between the pixels of feature maps, then, in a network with text, cross-attention, each with a residual connection, as the U-Net uses them.
/// </summary>
internal sealed class SpatialAttention : nn.Module<Tensor, BlockContext, Tensor>
{
    private readonly SelfAttention _attention;
    private readonly CrossAttention? _crossAttention;

    /// <param name="channels">Width.</param>
    /// <param name="heads">Heads of each attention.</param>
    /// <param name="textWidth">Width of the tokens of the text, or null in a network without text.</param>
    public SpatialAttention(int channels, int heads, int? textWidth)
        : base(nameof(SpatialAttention))
    {
        _attention = new SelfAttention(channels, heads);
        _crossAttention = textWidth is int width ? new CrossAttention(channels, width, heads) : null;
        register_module("self", _attention);
        if (_crossAttention is not null)
        {
            register_module("cross", _crossAttention);
        }
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
