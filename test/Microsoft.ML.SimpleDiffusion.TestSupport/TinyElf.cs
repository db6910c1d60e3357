using System.Buffers.Binary;
using Microsoft.ML.SimpleDiffusion.Interop.Native;

namespace Microsoft.ML.SimpleDiffusion.TestSupport;

/// <summary>The smallest library with version needs.</summary>
internal static class TinyElf
{
    /// <summary>A header, one section header of type .gnu.version_r, and one entry with the versions A_1 and B_2.</summary>
    public static byte[] Create()
    {
        var elf = new byte[176];
        "\u007fELF\u0002\u0001"u8.CopyTo(elf);
        Write64(40, 64);
        Write16(58, 64);
        Write16(60, 1);
        Write32(64 + 4, 0x6ffffffe);
        Write64(64 + 24, 128);
        Write32(64 + 44, 1);
        Write16(128 + 2, 2);
        Write32(128 + 8, 16);
        Write32(128 + 16, ElfVersionNeeds.Hash("A_1"));
        Write32(128 + 16 + 12, 16);
        Write32(128 + 32, ElfVersionNeeds.Hash("B_2"));
        return elf;

        void Write16(int at, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(elf.AsSpan(at), value);
        void Write32(int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(elf.AsSpan(at), value);
        void Write64(int at, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(elf.AsSpan(at), value);
    }
}
