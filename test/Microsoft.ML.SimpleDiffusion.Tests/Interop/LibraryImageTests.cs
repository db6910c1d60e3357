using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.ML.SimpleDiffusion.Interop.Native;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Tests.Interop;

[TestClass]
[SupportedOSPlatform("linux")]
[OSCondition(OperatingSystems.Linux)]
public class LibraryImageTests
{
    private const string Name = "libsome.so";
    private const string Export = "CompressionNative_Crc32";

    [TestMethod]
    public void A_library_is_loaded_from_memory()
    {
        Assert.IsTrue(LibraryImage.TryLoadFromMemory(Name, SomeLibrary(), out nint handle, out string? error), error);

        Assert.IsTrue(NativeLibrary.TryGetExport(handle, Export, out _));
    }

    [TestMethod]
    public void A_library_is_loaded_from_a_folder_that_is_gone_afterwards()
    {
        using var folder = new TemporaryFolder();

        Assert.IsTrue(LibraryImage.TryLoadFromFolder(folder.Path, Name, SomeLibrary(), out nint handle, out string? error), error);

        Assert.IsTrue(NativeLibrary.TryGetExport(handle, Export, out _));
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public void What_is_no_library_is_refused_with_a_reason_and_leaves_nothing()
    {
        using var folder = new TemporaryFolder();

        Assert.IsFalse(LibraryImage.TryLoadFromFolder(folder.Path, Name, "no library"u8.ToArray(), out _, out string? fromFolder));
        Assert.IsFalse(LibraryImage.TryLoadFromMemory(Name, "no library"u8.ToArray(), out _, out string? fromMemory));

        StringAssert.Contains(fromFolder, "file too short");
        StringAssert.Contains(fromMemory, "file too short");
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public void A_folder_that_cannot_be_written_to_is_the_reason()
    {
        Assert.IsFalse(LibraryImage.TryLoadFromFolder("/proc/nowhere", Name, SomeLibrary(), out _, out string? error));

        StringAssert.Contains(error, "/proc/nowhere");
    }

    [TestMethod]
    public void Where_nothing_works_both_reasons_are_said()
    {
        Assert.IsFalse(LibraryImage.TryLoad(Name, "no library"u8.ToArray(), out _, out string? error));

        Assert.MatchesRegex(@"^neither from memory \(.*file too short\) nor from the temporary folder '.*' \(.*file too short\)$", error);
    }

    [TestMethod]
    public void Libtorch_starts_without_a_home_a_data_folder_or_a_temporary_folder_that_can_be_written_to()
    {
        var (exitCode, _, errors) = TestHostProcess.Run(
            ["load-libtorch"], ("HOME", "/dev/null/home"), ("XDG_DATA_HOME", "/dev/null/data"), ("XDG_CACHE_HOME", "/dev/null/cache"), ("TMPDIR", "/dev/null/tmp"));

        Assert.AreEqual(0, exitCode, errors);
    }

    [TestMethod]
    public void A_library_that_others_have_planted_in_a_place_of_earlier_versions_is_not_loaded()
    {
        using var folder = new TemporaryFolder();
        string original = NativeLibraryFolders.Find("libLibTorchSharp.so") ?? string.Empty;
        if (original.Length == 0)
        {
            Assert.Inconclusive("There is no libLibTorchSharp.so.");
        }

        // Earlier versions took whatever had the right length and this name.
        byte[] planted = new byte[new FileInfo(original).Length];
        string name = $"libLibTorchSharp-{Digest.HexOf(File.ReadAllBytes(original))[..16]}.so";
        foreach (string place in new[] { "data", "tmp" })
        {
            string places = Directory.CreateDirectory(Path.Combine(folder.Path, place, "Microsoft.ML.SimpleDiffusion")).FullName;
            File.WriteAllBytes(Path.Combine(places, name), planted);
        }

        var (exitCode, _, errors) = TestHostProcess.Run(["load-libtorch"], ("XDG_DATA_HOME", Path.Combine(folder.Path, "data")), ("TMPDIR", Path.Combine(folder.Path, "tmp")));

        Assert.AreEqual(0, exitCode, errors);
        Assert.HasCount(1, Directory.GetFileSystemEntries(Path.Combine(folder.Path, "data", "Microsoft.ML.SimpleDiffusion")));
    }

    private static byte[] SomeLibrary() => File.ReadAllBytes(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "libSystem.IO.Compression.Native.so"));
}
