using System.Buffers.Binary;
using Microsoft.ML.SimpleDiffusion.Interop.Native;
using Microsoft.ML.SimpleDiffusion.TestSupport;

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
        byte[] elf = TinyElf.Create();

        Assert.IsTrue(ElfVersionNeeds.TryMakeWeak(elf, "B_2"));

        Assert.AreEqual(0, BinaryPrimitives.ReadUInt16LittleEndian(elf.AsSpan(128 + 16 + 4)));
        Assert.AreEqual(2, BinaryPrimitives.ReadUInt16LittleEndian(elf.AsSpan(128 + 32 + 4)));
    }

    [TestMethod]
    public void Version_that_is_not_there_changes_nothing()
    {
        byte[] elf = TinyElf.Create();

        Assert.IsFalse(ElfVersionNeeds.TryMakeWeak(elf, "C_3"));

        CollectionAssert.AreEqual(TinyElf.Create(), elf);
    }

    [TestMethod]
    public void Truncated_and_garbled_files_give_false_and_no_exception()
    {
        byte[] elf = TinyElf.Create();
        for (int length = 0; length < elf.Length; length++)
        {
            ElfVersionNeeds.TryMakeWeak(elf.AsSpan(0, length).ToArray(), "B_2");
        }

        for (int i = 6; i < elf.Length; i++)
        {
            byte[] garbled = TinyElf.Create();
            garbled[i] = 0xff;
            ElfVersionNeeds.TryMakeWeak(garbled, "B_2");
        }

        Assert.IsFalse(ElfVersionNeeds.TryMakeWeak([], "B_2"));
    }

    [TestMethod]
    [Timeout(10_000, CooperativeCancellation = false)]
    public void Garbled_number_of_entries_does_not_turn_for_minutes()
    {
        byte[] elf = TinyElf.Create();
        elf.AsSpan(64 + 44, 4).Fill(0xff);

        Assert.IsTrue(ElfVersionNeeds.TryMakeWeak(elf, "B_2"));
    }
}
