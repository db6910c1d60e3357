using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>Texts of a batch, padded to the longest. Each has at least one token. The tensors are the caller's.</summary>
/// <param name="Tokens">
/// Tokens as int64 [B, T], or precomputed embeddings as float32 [B, T, D], where zeros in the place of the first one mean no text at all.
/// </param>
/// <param name="Mask">True where there is a token and false where there is padding, Boolean [B, T].</param>
internal readonly record struct TextInput(Tensor Tokens, Tensor Mask)
{
    public TextInput Map(Func<Tensor, Tensor> convert) => new(convert(Tokens), convert(Mask));
}
