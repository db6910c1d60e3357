using System.Runtime.InteropServices;

namespace Microsoft.ML.SimpleDiffusion.Interop.Native;

/// <summary>
/// Settings of the C library's heap. By default glibc gets every large block from the system anew and gives it back, and each time the system clears
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

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}

/// <summary>
/// The environment that native libraries see. On Linux and macOS that is not the one of <see cref="Environment"/>, whose changes stay within .NET.
/// </summary>
internal static partial class NativeEnvironment
{
    /// <summary>Sets a variable, unless it has a value. Must come before the library that reads it is loaded.</summary>
    public static void SetUnlessSet(string name, string value)
    {
        if (Environment.GetEnvironmentVariable(name) is not null)
        {
            return;
        }

        if (OperatingSystem.IsWindows())
        {
            Environment.SetEnvironmentVariable(name, value);
        }
        else
        {
            _ = SetVariable(name, value, overwrite: 0);
        }
    }

    /// <summary>The value that native libraries see, or null.</summary>
    internal static string? Get(string name) => OperatingSystem.IsWindows() ? Environment.GetEnvironmentVariable(name) : Marshal.PtrToStringUTF8(GetVariable(name));

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetVariable(string name);
}
