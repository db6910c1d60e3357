using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>
/// A transformer block in the place of a residual block: 'we also replaced convolutional layers with self-attention at the 32 resolution' (section 5.2).
/// </summary>
internal sealed class SpatialTransformerBlock : StageBlock
{
    private readonly TransformerBlock _block;

    public SpatialTransformerBlock(SpatialTransformerPlan plan)
        : base(nameof(SpatialTransformerBlock)) => _block = this.Register(plan.Transformer, new TransformerBlock(plan.Transformer));

    /// <inheritdoc/>
    public override Tensor forward(Tensor x, BlockContext context, Tensor? skip)
    {
        using var scope = NewDisposeScope();
        var h = _block.forward(Tokens.FromMaps(x), context, skip is null ? null : Tokens.FromMaps(skip));
        return Tokens.ToMaps(h, x).MoveToOuterDisposeScope();
    }
}
