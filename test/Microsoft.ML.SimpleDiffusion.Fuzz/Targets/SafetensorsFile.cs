using System.Buffers.Binary;

namespace Microsoft.ML.SimpleDiffusion.Fuzz.Targets;

/// <summary>What targets that are fed safetensors files share.</summary>
internal static class SafetensorsFile
{
    /// <summary>The header without its length.</summary>
    public static byte[] HeaderOf(byte[] file) => file[sizeof(ulong)..(sizeof(ulong) + (int)HeaderLength(file))];

    /// <summary>Counts what was added or removed as part of the header, if there is any.</summary>
    public static void RepairLength(byte[] original, byte[] mutated)
    {
        if (Math.Min(original.Length, mutated.Length) >= sizeof(ulong))
        {
            BinaryPrimitives.WriteInt64LittleEndian(mutated, HeaderLength(original) + mutated.Length - original.Length);
        }
    }

    private static long HeaderLength(byte[] file) => BinaryPrimitives.ReadInt64LittleEndian(file);
}
