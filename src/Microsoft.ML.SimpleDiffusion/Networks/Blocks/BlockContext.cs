using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

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

    /// <summary>The tensors in a row, as activation checkpointing wants them.</summary>
    public Tensor[] Tensors => Text is null || TextMask is null ? [Embedding] : [Embedding, Text, TextMask];

    /// <summary>The context that some <see cref="Tensors"/> are of.</summary>
    public static BlockContext Of(ReadOnlySpan<Tensor> tensors) => tensors is [var embedding, var text, var mask] ? new(embedding, text, mask) : new(tensors[0], null, null);
}
