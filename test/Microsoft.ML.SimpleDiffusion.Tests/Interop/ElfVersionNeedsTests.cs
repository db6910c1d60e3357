using System.Buffers.Binary;
using Microsoft.ML.SimpleDiffusion.Interop.Native;

namespace Microsoft.ML.SimpleDiffusion.Tests.Interop;

[TestClass]
public class ElfVersionNeedsTests
{
    [TestMethod]
    public void Hash_is_that_of_the_system_v_abi()
    {
        // The value that readelf shows for GLIBC_2.2.5.
        Assert.AreEqual(0x09691a75u, ElfVersionNeeds.Hash("GLIBC_2.2.5"));
    }

    [TestMethod]
    public void Only_the_named_version_becomes_weak()
    {
        byte[] elf = TinyElf();

        Assert.IsTrue(ElfVersionNeeds.TryMakeWeak(elf, "B_2"));

        Assert.AreEqual(0, BinaryPrimitives.ReadUInt16LittleEndian(elf.AsSpan(128 + 16 + 4)));
        Assert.AreEqual(2, BinaryPrimitives.ReadUInt16LittleEndian(elf.AsSpan(128 + 32 + 4)));
    }

    [TestMethod]
    public void Version_that_is_not_there_changes_nothing()
    {
        byte[] elf = TinyElf();

        Assert.IsFalse(ElfVersionNeeds.TryMakeWeak(elf, "C_3"));

        CollectionAssert.AreEqual(TinyElf(), elf);
    }

    [TestMethod]
    public void Truncated_and_garbled_files_give_false_and_no_exception()
    {
        byte[] elf = TinyElf();
        for (int length = 0; length < elf.Length; length++)
        {
            ElfVersionNeeds.TryMakeWeak(elf.AsSpan(0, length).ToArray(), "B_2");
        }

        for (int i = 6; i < elf.Length; i++)
        {
            byte[] garbled = TinyElf();
            garbled[i] = 0xff;
            ElfVersionNeeds.TryMakeWeak(garbled, "B_2");
        }

        Assert.IsFalse(ElfVersionNeeds.TryMakeWeak([], "B_2"));
    }

    [TestMethod]
    [Timeout(10_000, CooperativeCancellation = false)]
    public void Garbled_number_of_entries_does_not_turn_for_minutes()
    {
        byte[] elf = TinyElf();
        elf.AsSpan(64 + 44, 4).Fill(0xff);

        Assert.IsTrue(ElfVersionNeeds.TryMakeWeak(elf, "B_2"));
    }

    /// <summary>A header, one section header of type .gnu.version_r, and one entry with the versions A_1 and B_2.</summary>
    private static byte[] TinyElf()
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
