using System.Numerics;
using System.Numerics.Tensors;

namespace Microsoft.ML.SimpleDiffusion.Data.Imaging;

/// <summary>
/// Moves what planar images show by affine maps, with the cubic interpolation of Keys (1981, a = -1/2): whole pixels stay what they are, and what lies between
/// pixels is hardly blurred.
/// </summary>
internal static class ImageWarp
{
    /// <summary>Pixels on a side that an interpolated one is made of.</summary>
    private const int Taps = 4;

    /// <param name="planar">Pixels [C, H, W], which become those of the moved image.</param>
    /// <param name="size">C, H and W.</param>
    /// <param name="toSource">
    /// Where a place of the moved image comes from, both counted in pixels to the right and down from the middle of the image. With row vectors.
    /// </param>
    /// <param name="wraps">Whether the image continues at its other sides; else it is mirrored beyond its edges, whose pixels are not repeated.</param>
    public static void Apply(Span<byte> planar, ImageSize size, Matrix3x2 toSource, bool wraps)
    {
        var source = new float[planar.Length];
        TensorPrimitives.ConvertTruncating<byte, float>(planar, source);
        float[] moved = Move(source, size, toSource, wraps);
        for (int i = 0; i < planar.Length; i++)
        {
            planar[i] = (byte)Math.Clamp(MathF.Round(moved[i]), 0, byte.MaxValue);
        }

        if (size.HasAlpha)
        {
            LimitToAlpha(planar, size.Height * size.Width);
        }
    }

    /// <summary>The same of pixels of a range, which cubic interpolation does not leave.</summary>
    /// <param name="planar">Pixels [C, H, W], which become those of the moved image.</param>
    /// <param name="size">C, H and W.</param>
    /// <param name="format">The range.</param>
    /// <param name="toSource">Where a place of the moved image comes from.</param>
    /// <param name="wraps">Whether the image continues at its other sides.</param>
    public static void Apply(Span<float> planar, ImageSize size, PixelFormat format, Matrix3x2 toSource, bool wraps)
    {
        float[] moved = Move(planar.ToArray(), size, toSource, wraps);
        for (int i = 0; i < planar.Length; i++)
        {
            planar[i] = Math.Clamp(moved[i], format.Minimum, format.Maximum);
        }
    }

    private static float[] Move(float[] source, ImageSize size, Matrix3x2 toSource, bool wraps)
    {
        var moved = new float[source.Length];
        int area = size.Height * size.Width;
        var middle = new Vector2(size.Width - 1, size.Height - 1) / 2;
        Span<int> columns = stackalloc int[Taps], rows = stackalloc int[Taps];
        Span<float> across = stackalloc float[Taps], down = stackalloc float[Taps];
        for (int pixel = 0; pixel < area; pixel++)
        {
            var place = Vector2.Transform(new Vector2(pixel % size.Width, pixel / size.Width) - middle, toSource) + middle;
            Neighbors(place.X, size.Width, wraps, columns, across);
            Neighbors(place.Y, size.Height, wraps, rows, down);
            for (int start = 0; start < source.Length; start += area)
            {
                moved[start + pixel] = Interpolated(source.AsSpan(start, area), size.Width, columns, rows, across, down);
            }
        }

        return moved;
    }

    /// <summary>The pixels around a place along one axis, and how much each counts.</summary>
    private static void Neighbors(float place, int count, bool wraps, Span<int> indices, Span<float> weights)
    {
        float floor = MathF.Floor(place), t = place - floor;
        for (int tap = 0; tap < Taps; tap++)
        {
            int index = (int)floor - 1 + tap;
            indices[tap] = wraps ? Modulo(index, count) : Mirrored(index, count);
        }

        weights[0] = t * (-0.5f + (t * (1 - (0.5f * t))));
        weights[1] = 1 + (t * t * (-2.5f + (1.5f * t)));
        weights[2] = t * (0.5f + (t * (2 - (1.5f * t))));
        weights[3] = t * t * (-0.5f + (0.5f * t));
    }

    private static float Interpolated(ReadOnlySpan<float> plane, int width, ReadOnlySpan<int> columns, ReadOnlySpan<int> rows, ReadOnlySpan<float> across, ReadOnlySpan<float> down)
    {
        float sum = 0;
        for (int i = 0; i < Taps; i++)
        {
            var row = plane.Slice(rows[i] * width, width);
            sum += down[i] * ((across[0] * row[columns[0]]) + (across[1] * row[columns[1]]) + (across[2] * row[columns[2]]) + (across[3] * row[columns[3]]));
        }

        return sum;
    }

    /// <summary>Cubic interpolation overshoots at edges, and premultiplied colours are never above alpha.</summary>
    private static void LimitToAlpha(Span<byte> planar, int area)
    {
        var alpha = planar[(3 * area)..];
        for (int i = 0; i < 3 * area; i++)
        {
            planar[i] = Math.Min(planar[i], alpha[i % area]);
        }
    }

    /// <summary>… 2 1 0 1 2 … n-2 n-1 n-2 …</summary>
    private static int Mirrored(int index, int count)
    {
        int period = 2 * (count - 1), within = Modulo(index, period);
        return Math.Min(within, period - within);
    }

    private static int Modulo(int value, int modulus) => ((value % modulus) + modulus) % modulus;
}
