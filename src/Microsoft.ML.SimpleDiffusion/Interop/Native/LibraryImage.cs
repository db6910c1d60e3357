using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Microsoft.ML.SimpleDiffusion.Interop.Native;

/// <summary>
/// Loads a native library from memory, on Linux. No file is trusted that lay somewhere before: the bytes go to an anonymous file in memory, or, where the system
/// forbids to run that, to a new folder that only this user may enter and that goes as soon as the library is loaded.
/// </summary>
[SupportedOSPlatform("linux")]
internal static partial class LibraryImage
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const uint CloseOnExec = 1;

    /// <summary>Linux 6.3 and later ask for it; earlier ones refuse to know it.</summary>
    private const uint Executable = 0x10;

    /// <summary>Loads a library.</summary>
    /// <param name="name">Name of the library, which debuggers show.</param>
    /// <param name="content">Its file.</param>
    /// <param name="handle">The library.</param>
    /// <param name="error">Why it cannot be loaded.</param>
    public static bool TryLoad(string name, byte[] content, out nint handle, [NotNullWhen(false)] out string? error)
    {
        if (TryLoadFromMemory(name, content, out handle, out string? inMemory))
        {
            error = null;
            return true;
        }

        string folder = Path.GetTempPath();
        error = TryLoadFromFolder(folder, name, content, out handle, out string? inFolder)
            ? null
            : $"neither from memory ({inMemory}) nor from the temporary folder '{folder}' ({inFolder})";
        return error is null;
    }

    /// <summary>Loads a library from an anonymous file in memory.</summary>
    internal static bool TryLoadFromMemory(string name, byte[] content, out nint handle, [NotNullWhen(false)] out string? error)
    {
        handle = 0;
        try
        {
            int descriptor = CreateInMemory(name, CloseOnExec | Executable);
            descriptor = descriptor >= 0 ? descriptor : CreateInMemory(name, CloseOnExec);
            if (descriptor < 0)
            {
                error = Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
                return false;
            }

            var file = new SafeFileHandle(descriptor, ownsHandle: true);
            RandomAccess.Write(file, content, fileOffset: 0);
            if (TryLoadFile(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{descriptor}"), out handle, out error))
            {
                // The loader knows the library by the number, which must never be another file's.
                file.SetHandleAsInvalid();
                return true;
            }

            file.Dispose();
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or EntryPointNotFoundException)
        {
            error = e.Message;
            return false;
        }
    }

    /// <summary>Loads a library from a new folder of its own below another, and removes it.</summary>
    internal static bool TryLoadFromFolder(string parent, string name, byte[] content, out nint handle, [NotNullWhen(false)] out string? error)
    {
        handle = 0;
        string folder = Path.Combine(parent, $"simple-diffusion-{Guid.NewGuid():N}");
        try
        {
            Directory.CreateDirectory(folder, OwnerOnly);
            string path = Path.Combine(folder, name);
            using (var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                file.Write(content);
            }

            return TryLoadFile(path, out handle, out error);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            error = e.Message;
            return false;
        }
        finally
        {
            TryRemove(folder);
        }
    }

    private static bool TryLoadFile(string path, out nint handle, [NotNullWhen(false)] out string? error)
    {
        handle = 0;
        try
        {
            handle = NativeLibrary.Load(path);
            error = null;
            return true;
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            error = NativeLoadDiagnosis.LoaderLine(e.Message);
            return false;
        }
    }

    private static void TryRemove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It could not be created, or somebody looks at it.
        }
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CreateInMemory(string name, uint flags);
}
