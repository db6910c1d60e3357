using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML.SimpleDiffusion.Interop.Native;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Tests.Interop.Native;

[TestClass]
public class NativeHeapTests
{
    private const int Blocks = 16_384;
    private const int BlockSize = 4096;

    [TestMethod]
    public void Memory_that_was_freed_below_what_is_in_use_goes_back_to_the_system()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Inconclusive("Skipped: this is about glibc.");
        }

        var blocks = new nint[Blocks];
        for (int i = 0; i < Blocks; i++)
        {
            blocks[i] = Marshal.AllocHGlobal(BlockSize);
            Marshal.WriteByte(blocks[i], BlockSize / 2, 1);
        }

        Array.ForEach(blocks[..^1], Marshal.FreeHGlobal);
        long before = Resident();
        NativeHeap.Trim();
        long freed = before - Resident();
        Marshal.FreeHGlobal(blocks[^1]);

        Assert.IsGreaterThan((long)Blocks * BlockSize / 2, freed);
    }

    /// <summary>Bytes in memory that are of no file.</summary>
    private static long Resident()
    {
        string line = File.ReadLines("/proc/self/status").Single(line => line.StartsWith("RssAnon:", StringComparison.Ordinal));
        return 1024 * long.Parse(line["RssAnon:".Length..^"kB".Length], CultureInfo.InvariantCulture);
    }
}
