using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.SimpleDiffusion.Interop.Native;

/// <summary>Edits the list of symbol versions that a 64-bit little-endian ELF library needs (section .gnu.version_r).</summary>
internal static class ElfVersionNeeds
{
    private const int HeaderLength = 64;
    private const int SectionHeaderLength = 64;
    private const uint SectionTypeVersionNeeds = 0x6ffffffe;
    private const ushort WeakFlag = 0x2;

    /// <summary>
    /// Marks a version as weak, so that the loader warns instead of failing where it is missing. Harmless only if no function of that version is
    /// ever called.
    /// </summary>
    /// <param name="elf">The whole file; changed in place.</param>
    /// <param name="version">Name of the version, such as GLIBCXX_3.4.32.</param>
    /// <returns>Whether the version was found. Malformed files give false.</returns>
    public static bool TryMakeWeak(Span<byte> elf, string version)
    {
        if (elf.Length < HeaderLength || !elf[..6].SequenceEqual("\u007fELF\u0002\u0001"u8))
        {
            return false;
        }

        ulong sections = BinaryPrimitives.ReadUInt64LittleEndian(elf[40..]);
        int size = BinaryPrimitives.ReadUInt16LittleEndian(elf[58..]);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(elf[60..]);
        uint hash = Hash(version);
        bool found = false;
        for (int i = 0; i < count && size >= SectionHeaderLength; i++)
        {
            if (!TrySlice(elf, sections + ((ulong)i * (ulong)size), SectionHeaderLength, out var header))
            {
                return found;
            }

            if (BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) == SectionTypeVersionNeeds)
            {
                ulong offset = BinaryPrimitives.ReadUInt64LittleEndian(header[24..]);
                uint entries = BinaryPrimitives.ReadUInt32LittleEndian(header[44..]);
                found |= MakeWeakInSection(elf, offset, entries, hash);
            }
        }

        return found;
    }

    /// <summary>The hash by which ELF files name versions (System V ABI, 'ELF hash').</summary>
    internal static uint Hash(string name)
    {
        uint hash = 0;
        foreach (byte c in Encoding.ASCII.GetBytes(name))
        {
            hash = (hash << 4) + c;
            uint high = hash & 0xf0000000;
            hash ^= high >> 24;
            hash &= ~high;
        }

        return hash;
    }

    /// <summary>Each Elf64_Verneed names a library and chains its Elf64_Vernaux, one per version.</summary>
    private static bool MakeWeakInSection(Span<byte> elf, ulong offset, uint entries, uint hash)
    {
        bool found = false;
        for (uint entry = 0; entry < entries && TrySlice(elf, offset, 16, out var need); entry++)
        {
            int versions = BinaryPrimitives.ReadUInt16LittleEndian(need[2..]);
            ulong position = offset + BinaryPrimitives.ReadUInt32LittleEndian(need[8..]);
            for (int i = 0; i < versions && TrySlice(elf, position, 16, out var aux); i++)
            {
                if (BinaryPrimitives.ReadUInt32LittleEndian(aux) == hash)
                {
                    ushort flags = BinaryPrimitives.ReadUInt16LittleEndian(aux[4..]);
                    BinaryPrimitives.WriteUInt16LittleEndian(aux[4..], (ushort)(flags | WeakFlag));
                    found = true;
                }

                if (!TryAdvance(ref position, aux[12..]))
                {
                    break;
                }
            }

            if (!TryAdvance(ref offset, need[12..]))
            {
                break;
            }
        }

        return found;
    }

    /// <summary>A distance of 0 ends a chain, whatever number of links was announced: a garbled number must not cost four thousand million turns.</summary>
    private static bool TryAdvance(ref ulong position, ReadOnlySpan<byte> distance)
    {
        uint next = BinaryPrimitives.ReadUInt32LittleEndian(distance);
        position += next;
        return next != 0;
    }

    private static bool TrySlice(Span<byte> elf, ulong offset, int length, out Span<byte> slice)
    {
        bool fits = offset <= (ulong)elf.Length && (ulong)elf.Length - offset >= (ulong)length;
        slice = fits ? elf.Slice((int)offset, length) : default;
        return fits;
    }
}
