using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Microsoft.ML.SimpleDiffusion.Persistence;

/// <summary>The types of numbers that files may have. In memory all are float32.</summary>
internal static class SafetensorsNumbers
{
    public const string Float32 = "F32";
    public const string Float16 = "F16";
    public const string BFloat16 = "BF16";

    /// <summary>Fewest bytes that a number takes.</summary>
    public const int SmallestSize = sizeof(ushort);

    /// <summary>The name of a precision in files.</summary>
    public static string TypeOf(WeightPrecision precision) => precision == WeightPrecision.Float16 ? Float16 : Float32;

    /// <summary>Bytes of a number, or null for a type that is not read.</summary>
    public static int? SizeOf(string type) => type switch
    {
        Float32 => sizeof(float),
        Float16 or BFloat16 => sizeof(ushort),
        _ => null,
    };

    /// <summary>Numbers of two bytes as float32.</summary>
    /// <param name="type">Their type in the file: F16 or BF16.</param>
    /// <param name="bytes">The file's bytes.</param>
    /// <param name="numbers">As many numbers.</param>
    public static void Widen(string type, ReadOnlySpan<byte> bytes, Span<float> numbers)
    {
        if (type == Float16)
        {
            TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(bytes), numbers);
            return;
        }

        var upper = MemoryMarshal.Cast<byte, ushort>(bytes);
        for (int i = 0; i < upper.Length; i++)
        {
            numbers[i] = BitConverter.UInt32BitsToSingle((uint)upper[i] << 16);
        }
    }
}
