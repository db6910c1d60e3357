using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Security.Cryptography;

namespace Microsoft.ML.SimpleDiffusion.Interop.Native;

/// <summary>
/// Lets TorchSharp 0.107.0 load on Linux systems with a libstdc++ older than GCC 13 (Debian 12, among others). Its native library asks for
/// GLIBCXX_3.4.32, of which it uses one symbol that is never called. Where the loader refuses the library for that reason, and only there, a
/// copy is loaded in which the version is marked weak.
/// </summary>
internal static class LibTorchSharpCompatibility
{
    private const string Library = "LibTorchSharp";
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

        string reason = error;
        error = Load(path) == IntPtr.Zero ? reason : null;
        return error is null;
    }

    /// <summary>Writes the copy into the first folder that can be written to. Whole or not at all: parallel processes may do the same.</summary>
    /// <returns>Path of the copy, or null if no folder can be written to.</returns>
    internal static string? WriteCopy(string original, IEnumerable<string> folders)
    {
        byte[] library = File.ReadAllBytes(original);
        string name = $"libLibTorchSharp-{Convert.ToHexStringLower(SHA256.HashData(library))[..16]}.so";
        if (!ElfVersionNeeds.TryMakeWeak(library, UnneededVersion))
        {
            return null;
        }

        foreach (string folder in folders)
        {
            string copy = Path.Combine(folder, name);
            if (File.Exists(copy) && new FileInfo(copy).Length == library.Length)
            {
                return copy;
            }

            string temporary = Path.Combine(folder, $"{name}.{Environment.ProcessId}.tmp");
            try
            {
                Directory.CreateDirectory(folder);
                File.WriteAllBytes(temporary, library);
                File.Move(temporary, copy, overwrite: true);
                return copy;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                TryDelete(temporary);
            }
        }

        return null;
    }

    private static IntPtr Resolve(Assembly assembly, string name)
    {
        bool isOurs = name is Library or "libLibTorchSharp" or "libLibTorchSharp.so";
        string? path = isOurs ? NativeLibraryFolders.Find("libLibTorchSharp.so") : null;
        return path is null ? IntPtr.Zero : Load(path);
    }

    private static IntPtr Load(string path)
    {
        lock (Gate)
        {
            if (_handle != IntPtr.Zero)
            {
                return _handle;
            }

            // Not into a package, which is NuGet's.
            string folder = Path.GetDirectoryName(path)!;
            string cache = Path.Combine(UserCache(), "Microsoft.ML.SimpleDiffusion");
            string? copy = WriteCopy(path, NativeLibraryFolders.OfPackages().Contains(folder) ? [cache] : [folder, cache]);
            if (copy is null)
            {
                return IntPtr.Zero;
            }

            // The copy may lie elsewhere, so what it needs is loaded first, by full path.
            foreach (string needed in new[] { "libc10.so", "libtorch_cpu.so", "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so" })
            {
                if (NativeLibraryFolders.Find(needed) is string neededPath)
                {
                    NativeLibrary.TryLoad(neededPath, out _);
                }
            }

            NativeLibrary.TryLoad(copy, out _handle);
            return _handle;
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

    private static string UserCache()
    {
        string folder = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        return folder.Length > 0 ? folder : Path.GetTempPath();
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The folder cannot be written to, which is why there is nothing to delete.
        }
    }
}
