using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Classifier;

/// <summary>Makes tensors of images.</summary>
internal static class ImageTensor
{
    /// <summary>Copies an image, planar [C, H, W], 0 to 255.</summary>
    public delegate void PixelSource(int index, Span<byte> destination);

    /// <summary>Images, -1 to 1 [N, C, size, size].</summary>
    public static Tensor Create(int count, int channels, int size, PixelSource source, Device device)
    {
        using var scope = NewDisposeScope();
        var images = empty([count, channels, size, size], dtype: ScalarType.Byte, device: CPU);
        var bytes = images.bytes;
        int length = channels * size * size;
        for (int i = 0; i < count; i++)
        {
            source(i, bytes.Slice(i * length, length));
        }

        return PixelTensors.FromBytes(images.to(device)).MoveToOuterDisposeScope();
    }
}
