using System.Runtime.InteropServices;
using SkiaSharp;
using static TorchSharp.torch;

namespace Ablations;

/// <summary>Square pictures as planar RGB [3, size, size], 0 to 255.</summary>
internal static class Planes
{
    private const int Channels = 3;

    /// <summary>From size×size RGBA pixels.</summary>
    public static byte[] FromRgba(ReadOnlySpan<byte> rgba, int size)
    {
        int area = size * size;
        var planes = new byte[Channels * area];
        for (int i = 0; i < area; i++)
        {
            planes[i] = rgba[4 * i];
            planes[area + i] = rgba[(4 * i) + 1];
            planes[(2 * area) + i] = rgba[(4 * i) + 2];
        }

        return planes;
    }

    /// <summary>The bitmap of a picture. The caller owns it.</summary>
    public static SKBitmap ToBitmap(ReadOnlySpan<byte> planes, int size)
    {
        int area = size * size;
        var bitmap = new SKBitmap(new SKImageInfo(size, size, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var rgba = new byte[4 * area];
        for (int i = 0; i < area; i++)
        {
            rgba[4 * i] = planes[i];
            rgba[(4 * i) + 1] = planes[area + i];
            rgba[(4 * i) + 2] = planes[(2 * area) + i];
            rgba[(4 * i) + 3] = byte.MaxValue;
        }

        Marshal.Copy(rgba, 0, bitmap.GetPixels(), rgba.Length);
        return bitmap;
    }

    /// <summary>Pictures as one tensor [N, 3, size, size], -1 to 1.</summary>
    public static Tensor ToTensor(IReadOnlyList<byte[]> pictures, int size)
    {
        using var scope = NewDisposeScope();
        var bytes = empty([pictures.Count, Channels, size, size], dtype: ScalarType.Byte);
        int length = Channels * size * size;
        for (int i = 0; i < pictures.Count; i++)
        {
            pictures[i].CopyTo(bytes.bytes.Slice(i * length, length));
        }

        return ((bytes.to(ScalarType.Float32) / 127.5f) - 1).MoveToOuterDisposeScope();
    }
}
