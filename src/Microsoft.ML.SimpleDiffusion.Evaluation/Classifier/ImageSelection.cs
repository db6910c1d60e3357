using Microsoft.ML.SimpleDiffusion.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Classifier;

/// <summary>Some of the images of a data set, in an order of their own.</summary>
/// <param name="data">The data set.</param>
/// <param name="indices">Which images.</param>
internal sealed class ImageSelection(ImageDataset data, IReadOnlyList<int> indices)
{
    public int Count => indices.Count;

    public int ClassCount => data.ClassCount;

    /// <summary>All images of a data set.</summary>
    public static ImageSelection All(ImageDataset data) => new(data, Enumerable.Range(0, data.Count).ToArray());

    /// <summary>Class of an image; the number of classes means none.</summary>
    public int ClassOf(int position) => data.ClassOf(indices[position]);

    /// <summary>Images at some positions, -1 to 1 [N, C, H, W].</summary>
    public Tensor ToTensor(IReadOnlyList<int> positions, Device device) => ImageTensor.Create(
        positions.Count, data.Size.Channels, data.Size.Height, (i, pixels) => CopyPixels(positions[i], pixels), device);

    /// <summary>Copies the pixels of the image at a position.</summary>
    public void CopyPixels(int position, Span<byte> destination) => data.CopyPixels(indices[position], destination);

    /// <summary>The images at some positions, which may repeat.</summary>
    public ImageSelection At(IEnumerable<int> positions) => new(data, positions.Select(position => indices[position]).ToArray());
}
