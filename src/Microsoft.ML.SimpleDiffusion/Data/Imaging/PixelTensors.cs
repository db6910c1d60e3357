using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Data.Imaging;

/// <summary>The one map between pixels as they are held, bytes or float32 of a range, and pixels as networks see them, -1 to 1.</summary>
internal static class PixelTensors
{
    /// <summary>Half the distance from -1 to 1 in levels: level k stands for k / 127.5 - 1.</summary>
    public const float LevelsPerUnit = 127.5f;

    /// <summary>Room on the CPU for images of a format.</summary>
    /// <param name="shape">[B, C, H, W].</param>
    /// <param name="format">How the pixels are held.</param>
    public static Tensor Empty(long[] shape, PixelFormat format) => empty(shape, dtype: format.IsBytes ? ScalarType.Byte : ScalarType.Float32, device: CPU);

    /// <summary>From pixels of any shape, on their device, to -1 .. 1.</summary>
    public static Tensor ToNetwork(Tensor pixels, PixelFormat format) => format.IsBytes ? FromBytes(pixels) : FromRange(pixels, format);

    /// <summary>From -1 .. 1 to pixels of the same shape. What lies beyond is cut off: bytes are rounded to the nearest level, float32 is within the range.</summary>
    public static Tensor FromNetwork(Tensor values, PixelFormat format) => format.IsBytes ? ToBytes(values) : ToRange(values, format);

    /// <summary>From bytes of any shape, on their device.</summary>
    public static Tensor FromBytes(Tensor bytes)
    {
        using var scope = NewDisposeScope();
        return bytes.to(ScalarType.Float32).mul_(1 / LevelsPerUnit).sub_(1).MoveToOuterDisposeScope();
    }

    /// <summary>To bytes of the same shape, rounded to the nearest level.</summary>
    public static Tensor ToBytes(Tensor values)
    {
        using var scope = NewDisposeScope();
        return ((values + 1) * LevelsPerUnit).round().clamp(0, byte.MaxValue).to(ScalarType.Byte).MoveToOuterDisposeScope();
    }

    private static Tensor FromRange(Tensor pixels, PixelFormat format)
    {
        using var scope = NewDisposeScope();
        return (pixels - format.Minimum).div_(format.HalfWidth).sub_(1).MoveToOuterDisposeScope();
    }

    private static Tensor ToRange(Tensor values, PixelFormat format)
    {
        using var scope = NewDisposeScope();
        return ((values.to(ScalarType.Float32) + 1) * format.HalfWidth).add_(format.Minimum).clamp_(format.Minimum, format.Maximum).MoveToOuterDisposeScope();
    }
}
