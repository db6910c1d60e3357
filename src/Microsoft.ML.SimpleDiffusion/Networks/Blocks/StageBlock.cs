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

/// <summary>A block with layers that start at zero, so that it starts as the identity ('kernel_init=zeros') or knows nothing of an input.</summary>
internal interface IZeroInitialized
{
    /// <summary>The layers that start at zero.</summary>
    IEnumerable<nn.Module> ZeroInitialized { get; }
}

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

/// <summary>What steers the blocks of a network. The tensors are the caller's.</summary>
/// <param name="Embedding">Embedding of log-SNR and condition [B, E], after its swish.</param>
/// <param name="Text">Tokens of the text [B, T, W]; null in a network without text.</param>
/// <param name="TextMask">False where the text is padding, Boolean [B, T]; null in a network without text.</param>
internal readonly record struct BlockContext(Tensor Embedding, Tensor? Text, Tensor? TextMask)
{
    public BlockContext(Tensor embedding, EncodedText? text)
        : this(embedding, text?.Tokens, text?.Mask)
    {
    }

    /// <summary>Where the crops begin that the images are, which steers no block, but says where the feature maps are [B, 2]; null of whole images.</summary>
    public Tensor? CropCorner { get; init; }

    /// <summary>The tensors in a row, as activation checkpointing wants them.</summary>
    public Tensor[] Tensors => Text is null || TextMask is null ? [Embedding] : [Embedding, Text, TextMask];

    /// <summary>The context that some <see cref="Tensors"/> are of.</summary>
    public static BlockContext Of(ReadOnlySpan<Tensor> tensors) => tensors is [var embedding, var text, var mask] ? new(embedding, text, mask) : new(tensors[0], null, null);
}
