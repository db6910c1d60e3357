using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>
/// A transformer block in the place of a residual block: 'we also replaced convolutional layers with self-attention at the 32 resolution' (section 5.2).
/// </summary>
internal sealed class SpatialTransformerBlock : StageBlock
{
    private readonly TransformerBlock _block;

    /// <param name="shape">Shape of the block.</param>
    /// <param name="hasSkip">Whether a skip connection enters it.</param>
    public SpatialTransformerBlock(TransformerShape shape, bool hasSkip)
        : base(nameof(SpatialTransformerBlock))
    {
        _block = new TransformerBlock(shape, hasSkip);
        register_module("transformer", _block);
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor x, BlockContext context, Tensor? skip)
    {
        using var scope = NewDisposeScope();
        var h = _block.forward(Tokens.FromMaps(x), context, skip is null ? null : Tokens.FromMaps(skip));
        return Tokens.ToMaps(h, x).MoveToOuterDisposeScope();
    }
}
