using System.Runtime.InteropServices;

namespace Microsoft.ML.SimpleDiffusion.Interop.Native;

/// <summary>
/// Ends the process while libtorch computes. <see cref="Environment.Exit"/> takes libtorch's own variables apart under its running threads, which on Linux ends in
/// a segmentation fault and the exit code 139. Windows ends the threads first.
/// </summary>
internal static partial class ProcessEnd
{
    /// <summary>Ends the process at once, without finalizers and handlers. What has been written to files is written.</summary>
    public static void Now(int exitCode)
    {
        if (OperatingSystem.IsWindows())
        {
            Environment.Exit(exitCode);
        }

        ExitNow(exitCode);
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void ExitNow(int status);
}
