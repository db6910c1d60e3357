using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>What the images of a batch are asked to be. Members that the network does not know are null. The tensors are the caller's.</summary>
/// <param name="Classes">Class of each image, int64 [B], the number of classes meaning none; null in a network without classes.</param>
/// <param name="Portrait">1 for each portrait and 0 for each landscape, int64 [B]; null in a network without portrait flag.</param>
internal readonly record struct ImageConditions(Tensor? Classes, Tensor? Portrait) : IDisposable
{
    /// <summary>Text of each image; null in a network without text.</summary>
    public TextInput? Text { get; init; }

    /// <summary>The same as the network sees it, where <see cref="DenoisingNetwork.Encode"/> has been called ahead; else null.</summary>
    public EncodedText? EncodedText { get; init; }

    /// <summary>Guidance scale of each image, float32 [B]; null in a network that is told none.</summary>
    public Tensor? GuidanceScale { get; init; }

    /// <summary>How each image has been transformed, float32 [B, numbers]; null where none has.</summary>
    public Tensor? Augmentation { get; init; }

    /// <summary>
    /// Where the crop begins that each image is: the shares of the whole height above it and of the whole width left of it, float32 [B, 2]; null where images are
    /// whole. A crop has half of the height and width.
    /// </summary>
    public Tensor? CropCorner { get; init; }

    /// <summary>The conditions with each tensor converted.</summary>
    public ImageConditions Map(Func<Tensor, Tensor> convert) => new(Classes is null ? null : convert(Classes), Portrait is null ? null : convert(Portrait))
    {
        Text = Text?.Map(convert),
        EncodedText = EncodedText?.Map(convert),
        GuidanceScale = GuidanceScale is null ? null : convert(GuidanceScale),
        Augmentation = Augmentation is null ? null : convert(Augmentation),
        CropCorner = CropCorner is null ? null : convert(CropCorner),
    };

    public void Dispose() => Map(tensor =>
    {
        tensor.Dispose();
        return tensor;
    });
}

/// <summary>Texts of a batch, padded to the longest. Each has at least one token. The tensors are the caller's.</summary>
/// <param name="Tokens">
/// Tokens as int64 [B, T], or precomputed embeddings as float32 [B, T, D], where zeros in the place of the first one mean no text at all.
/// </param>
/// <param name="Mask">True where there is a token and false where there is padding, Boolean [B, T].</param>
internal readonly record struct TextInput(Tensor Tokens, Tensor Mask)
{
    public TextInput Map(Func<Tensor, Tensor> convert) => new(convert(Tokens), convert(Mask));
}

/// <summary>Texts as the denoising network sees them.</summary>
/// <param name="Tokens">What cross-attention attends to [B, T, W].</param>
/// <param name="Mask">True where there is a token and false where there is padding, Boolean [B, T].</param>
/// <param name="Pooled">Mean of each text's tokens [B, W].</param>
internal readonly record struct EncodedText(Tensor Tokens, Tensor Mask, Tensor Pooled)
{
    public EncodedText Map(Func<Tensor, Tensor> convert) => new(convert(Tokens), convert(Mask), convert(Pooled));
}
