using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Runtime.Versioning;

namespace Microsoft.ML.SimpleDiffusion.Interop.Native;

/// <summary>
/// Lets TorchSharp 0.107.0 load on Linux systems with a libstdc++ older than GCC 13 (Debian 12, among others). Its native library asks for
/// GLIBCXX_3.4.32, of which it uses one symbol that is never called. Where the loader refuses the library for that reason, and only there, a
/// copy is loaded in which the version is marked weak.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class LibTorchSharpCompatibility
{
    private const string Library = "LibTorchSharp";
    private const string FileName = "libLibTorchSharp.so";
    private const string UnneededVersion = "GLIBCXX_3.4.32";

    private static readonly Lock Gate = new();
    private static IntPtr _handle;

    /// <summary>The runtime asks the handler only after its own search has failed, so healthy systems never notice.</summary>
    [ModuleInitializer]
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Usage", "CA2255", Justification = "TorchSharp may be used before any type of this library.")]
    internal static void Register()
    {
        if (OperatingSystem.IsLinux())
        {
            AssemblyLoadContext.Default.ResolvingUnmanagedDll += Resolve;
        }
    }

    /// <summary>Loads the library, as it is or as a copy.</summary>
    /// <param name="path">Full path of the library.</param>
    /// <param name="error">What the system's loader says if it is refused.</param>
    public static bool TryLoad(string path, [NotNullWhen(false)] out string? error)
    {
        error = LoadError(path);
        if (error is null || !error.Contains(UnneededVersion, StringComparison.Ordinal))
        {
            return error is null;
        }

        return TryLoadCopy(path, out error);
    }

    private static IntPtr Resolve(Assembly assembly, string name)
    {
        bool isOurs = name is Library or "libLibTorchSharp" or FileName;
        string? path = isOurs ? NativeLibraryFolders.Find(FileName) : null;
        return path is not null && TryLoadCopy(path, out _) ? _handle : IntPtr.Zero;
    }

    private static bool TryLoadCopy(string path, [NotNullWhen(false)] out string? error)
    {
        lock (Gate)
        {
            error = null;
            if (_handle != IntPtr.Zero)
            {
                return true;
            }

            byte[] library = File.ReadAllBytes(path);
            if (!ElfVersionNeeds.TryMakeWeak(library, UnneededVersion))
            {
                error = $"{path} is damaged";
                return false;
            }

            // The copy lies elsewhere, so what it needs is loaded first, by full path.
            foreach (string needed in new[] { "libc10.so", "libtorch_cpu.so", "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so" })
            {
                if (NativeLibraryFolders.Find(needed) is string neededPath)
                {
                    NativeLibrary.TryLoad(neededPath, out _);
                }
            }

            if (LibraryImage.TryLoad(FileName, library, out _handle, out string? reason))
            {
                return true;
            }

            error = $"{FileName} asks for the C++ library of GCC 13, which it does not need; a copy that does not ask can be loaded {reason}";
            return false;
        }
    }

    private static string? LoadError(string path)
    {
        try
        {
            NativeLibrary.Load(path);
            return null;
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            return e.Message;
        }
    }
}
