using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Classifier;

/// <summary>Makes tensors of pictures.</summary>
internal static class PictureTensor
{
    /// <summary>Copies a picture, planar [C, H, W], 0 to 255.</summary>
    public delegate void PixelSource(int index, Span<byte> destination);

    /// <summary>Pictures, -1 to 1 [N, C, size, size].</summary>
    public static Tensor Create(int count, int channels, int size, PixelSource source, Device device)
    {
        using var scope = NewDisposeScope();
        var pictures = empty([count, channels, size, size], dtype: ScalarType.Byte, device: CPU);
        var bytes = pictures.bytes;
        int length = channels * size * size;
        for (int i = 0; i < count; i++)
        {
            source(i, bytes.Slice(i * length, length));
        }

        return PixelTensors.FromBytes(pictures.to(device)).MoveToOuterDisposeScope();
    }
}
