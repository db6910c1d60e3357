using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>Texts as the denoising network sees them.</summary>
/// <param name="Tokens">What cross-attention attends to [B, T, W].</param>
/// <param name="Mask">True where there is a token and false where there is padding, Boolean [B, T].</param>
/// <param name="Pooled">Mean of each text's tokens [B, W].</param>
internal readonly record struct EncodedText(Tensor Tokens, Tensor Mask, Tensor Pooled)
{
    public EncodedText Map(Func<Tensor, Tensor> convert) => new(convert(Tokens), convert(Mask), convert(Pooled));
}
