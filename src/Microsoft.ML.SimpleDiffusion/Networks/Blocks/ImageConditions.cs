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

    /// <summary>The conditions with each tensor converted.</summary>
    public ImageConditions Map(Func<Tensor, Tensor> convert) => new(Classes is null ? null : convert(Classes), Portrait is null ? null : convert(Portrait))
    {
        Text = Text?.Map(convert),
        EncodedText = EncodedText?.Map(convert),
    };

    public void Dispose() => Map(tensor =>
    {
        tensor.Dispose();
        return tensor;
    });
}
