using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>A block of one level of the way down or up.</summary>
internal abstract class StageBlock : nn.Module<Tensor, BlockContext, Tensor?, Tensor>
{
    protected StageBlock(string name)
        : base(name)
    {
    }

    /// <param name="x">Feature maps [B, C, H, W].</param>
    /// <param name="context">What steers the block.</param>
    /// <param name="skip">Feature maps of the way down [B, C, H, W], or null.</param>
    public abstract override Tensor forward(Tensor x, BlockContext context, Tensor? skip);
}
