using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks;

/// <summary>Self-attention between the pixels of feature maps, with a residual connection, as the U-Net uses it.</summary>
internal sealed class SpatialAttention : nn.Module<Tensor, Tensor>, IZeroInitialized
{
    private readonly SelfAttention _attention;

    public SpatialAttention(int channels, int heads)
        : base(nameof(SpatialAttention))
    {
        _attention = new SelfAttention(channels, heads);
        register_module("self", _attention);
    }

    /// <inheritdoc/>
    public nn.Module ZeroInitialized => _attention.ZeroInitialized;

    /// <param name="x">Feature maps [B, C, H, W].</param>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var tokens = Tokens.FromMaps(x);
        return (x + Tokens.ToMaps(_attention.forward(tokens), x)).MoveToOuterDisposeScope();
    }
}
