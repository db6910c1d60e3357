using System.Numerics.Tensors;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Generation;

/// <summary>The arithmetic of images in arrays, in the order of operations in which the core does it with tensors, so that both make the same images.</summary>
internal static class Pixels
{
    /// <summary>target += factor · x.</summary>
    public static void AddScaled(Span<float> target, ReadOnlySpan<float> x, double factor) => TensorPrimitives.FusedMultiplyAdd(x, (float)factor, target, target);

    /// <summary>target = factor · x.</summary>
    public static void Scale(ReadOnlySpan<float> x, double factor, Span<float> target) => TensorPrimitives.Multiply(x, (float)factor, target);

    /// <summary>From images as a model holds them to -1 .. 1.</summary>
    public static void ToNetwork(ReadOnlySpan<byte> record, PixelFormat format, Span<float> target)
    {
        if (format.IsBytes)
        {
            FromBytes(record, target);
        }
        else
        {
            TensorPrimitives.Subtract(PixelFormat.Floats(record), format.Minimum, target);
            TensorPrimitives.Divide(target, format.HalfWidth, target);
            TensorPrimitives.Subtract(target, 1, target);
        }
    }

    /// <summary>From -1 .. 1 to images as a model holds them. What lies beyond is cut off.</summary>
    public static byte[] FromNetwork(ReadOnlySpan<float> values, PixelFormat format)
    {
        if (format.IsBytes)
        {
            return ToBytes(values);
        }

        var record = new byte[values.Length * format.ValueLength];
        var pixels = PixelFormat.Floats(record.AsSpan());
        TensorPrimitives.Add(values, 1, pixels);
        TensorPrimitives.Multiply(pixels, format.HalfWidth, pixels);
        TensorPrimitives.Add(pixels, format.Minimum, pixels);
        TensorPrimitives.Max(pixels, format.Minimum, pixels);
        TensorPrimitives.Min(pixels, format.Maximum, pixels);
        return record;
    }

    /// <summary>Clips to a range, and lets NaN be.</summary>
    public static void Clip(Span<float> x, float limit)
    {
        TensorPrimitives.Max(x, -limit, x);
        TensorPrimitives.Min(x, limit, x);
    }

    /// <summary>Standard deviation of all numbers.</summary>
    public static double Deviation(ReadOnlySpan<float> x)
    {
        double mean = 0, squares = 0;
        foreach (float value in x)
        {
            mean += value;
        }

        mean /= x.Length;
        foreach (float value in x)
        {
            squares += (value - mean) * (value - mean);
        }

        return Math.Sqrt(squares / x.Length);
    }

    /// <summary>From bytes to -1 .. 1.</summary>
    private static void FromBytes(ReadOnlySpan<byte> bytes, Span<float> target)
    {
        TensorPrimitives.ConvertChecked(bytes, target);
        TensorPrimitives.Multiply(target, 1 / PixelTensors.LevelsPerUnit, target);
        TensorPrimitives.Subtract(target, 1, target);
    }

    /// <summary>From -1 .. 1 to bytes, rounded to the nearest level.</summary>
    private static byte[] ToBytes(ReadOnlySpan<float> values)
    {
        var bytes = new byte[values.Length];
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)Math.Clamp(MathF.Round((values[i] + 1) * PixelTensors.LevelsPerUnit), 0, byte.MaxValue);
        }

        return bytes;
    }
}
