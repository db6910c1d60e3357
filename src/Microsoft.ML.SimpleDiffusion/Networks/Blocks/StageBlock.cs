using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>A block of one level of the way down or up.</summary>
internal abstract class StageBlock : nn.Module<Tensor, BlockContext, Tensor?, Tensor>
{
    protected StageBlock(string name)
        : base(name)
    {
    }

    public static StageBlock Create(StageBlockPlan plan) => plan switch
    {
        ResBlockPlan block => new ResBlock(block),
        SpatialTransformerPlan block => new SpatialTransformerBlock(block),
        _ => throw new ArgumentOutOfRangeException(nameof(plan), plan, "Unknown block."),
    };

    /// <param name="x">Feature maps [B, C, H, W].</param>
    /// <param name="context">What steers the block.</param>
    /// <param name="skip">Feature maps of the way down [B, C, H, W], or null.</param>
    public abstract override Tensor forward(Tensor x, BlockContext context, Tensor? skip);
}

/// <summary>A block whose last layer starts at zero, so that the block starts as the identity ('kernel_init=zeros').</summary>
internal interface IZeroInitialized
{
    /// <summary>The layer that starts at zero.</summary>
    nn.Module ZeroInitialized { get; }
}
