using System.Runtime.InteropServices;

namespace Microsoft.ML.SimpleDiffusion.Interop.Native;

/// <summary>
/// The C library's heap. By default glibc gets every large block from the system anew and gives it back, and each time the system clears
/// it page by page. They hold for the whole process.
/// </summary>
internal static partial class NativeHeap
{
    private const int TrimThreshold = -1;
    private const int MapThreshold = -3;
    private const int LargestBlock = 1 << 30;

    /// <summary>Keeps freed blocks of up to 1 GB for the next tensor. Does nothing where the C library is not glibc.</summary>
    public static void KeepLargeBlocks()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            _ = SetOption(MapThreshold, LargestBlock);
            _ = SetOption(TrimThreshold, -1);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library, which has no such settings.
        }
    }

    /// <summary>Gives freed memory back to the system, wherever it lies. Does nothing where the C library is not glibc.</summary>
    public static void Trim()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            _ = TrimTo(0);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library, which keeps less.
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int TrimTo(nuint kept);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
