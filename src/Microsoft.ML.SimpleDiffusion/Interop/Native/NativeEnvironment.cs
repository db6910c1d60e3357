using System.Runtime.InteropServices;

namespace Microsoft.ML.SimpleDiffusion.Interop.Native;

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
