using System.Runtime.InteropServices;

namespace Microsoft.ML.SimpleDiffusion.Interop.Native;

/// <summary>Where the native libraries of an application can be.</summary>
internal static class NativeLibraryFolders
{
    /// <summary>Environment variable that names a folder with a libtorch to use in place of the application's own.</summary>
    public const string LibTorchVariable = "SIMPLE_DIFFUSION_LIBTORCH";

    /// <summary>Full path of a native library, or null if no folder has it.</summary>
    /// <param name="fileName">Such as libtorch_cpu.so.</param>
    public static string? Find(string fileName) => All().Select(folder => Path.Combine(folder, fileName)).FirstOrDefault(File.Exists);

    /// <summary>The folder that the environment names, or null.</summary>
    public static string? Named() => Environment.GetEnvironmentVariable(LibTorchVariable) is { Length: > 0 } folder ? Path.GetFullPath(folder) : null;

    /// <summary>The platform's file name of a library.</summary>
    public static string FileName(string library)
        => OperatingSystem.IsWindows() ? $"{library}.dll" : OperatingSystem.IsMacOS() ? $"lib{library}.dylib" : $"lib{library}.so";

    private static IEnumerable<string> All()
    {
        if (Named() is string named)
        {
            yield return named;
        }

        string application = AppContext.BaseDirectory;
        yield return application;
        yield return Path.Combine(application, "runtimes", RuntimeInformation.RuntimeIdentifier, "native");
        if (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") is string known)
        {
            foreach (string folder in known.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
            {
                yield return folder;
            }
        }
    }
}
