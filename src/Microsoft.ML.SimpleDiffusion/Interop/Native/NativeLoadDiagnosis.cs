using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using TorchSharp;

namespace Microsoft.ML.SimpleDiffusion.Interop.Native;

/// <summary>Turns what the system's loader says into one sentence that tells what is missing and how to get it.</summary>
internal static partial class NativeLoadDiagnosis
{
    public const string TorchVersion = "2.10.0";

    /// <summary>The platforms that libtorch is published for.</summary>
    public static readonly string[] Platforms = ["linux-x64", "win-x64", "osx-arm64"];
    public const string TorchSharpVersion = "0.107.0";

    /// <param name="missingFile">Library that is nowhere in the application's folders, or null if all are there.</param>
    /// <param name="loaderMessage">What the loader says about a library that is there, or null.</param>
    /// <param name="platform">Runtime identifier, such as linux-x64.</param>
    public static string Explain(string? missingFile, string? loaderMessage, string platform)
    {
        if (PackageFor(platform) is not string package)
        {
            return $"libtorch {TorchVersion} is not published for {platform}: use x64 Linux (with glibc), x64 Windows or an Apple-silicon Mac.";
        }

        if (missingFile is not null)
        {
            return $"The native library {missingFile} is not in the application's folder: add the NuGet package {package} {TorchVersion} (CPU) or "
                + $"{CudaPackageFor(platform)} {TorchSharpVersion} (NVIDIA GPU) to the application, and set its RuntimeIdentifier to {platform}.";
        }

        string message = LoaderLine(loaderMessage ?? string.Empty);
        if (SymbolVersion().Match(message) is { Success: true } version)
        {
            return $"libtorch needs a newer system: {version.Groups[1].Value} is missing. Use a distribution with a newer C and C++ library, such as Debian 12 or Ubuntu 22.04.";
        }

        if (message.Contains("undefined symbol", StringComparison.Ordinal))
        {
            return $"The libtorch in the application's folder is not the version that TorchSharp {TorchSharpVersion} was built for: use the package {package} {TorchVersion}. ({message})";
        }

        if (MissingDependency().Match(message) is { Success: true } dependency)
        {
            return $"libtorch needs the system library {dependency.Groups[1].Value}, which is not installed. ({message})";
        }

        return $"libtorch cannot be loaded. ({message})";
    }

    /// <param name="loaderMessage">What the loader says about the CUDA part of libtorch, whose own libraries come in the same package.</param>
    public static string ExplainCuda(string loaderMessage)
    {
        string message = LoaderLine(loaderMessage);
        string cure = $"restore {CudaPackageFor(CurrentPlatform())} {TorchSharpVersion} anew, and publish all of its native libraries.";
        return MissingDependency().Match(message) is { Success: true } dependency
            ? $"The CUDA library {dependency.Groups[1].Value} is missing: {cure}"
            : message.Contains("undefined symbol", StringComparison.Ordinal) || SymbolVersion().IsMatch(message)
                ? $"A CUDA library is another version than the one that this libtorch was built with: {cure} ({message})"
                : $"The CUDA part of libtorch cannot be loaded: {cure} ({message})";
    }

    /// <summary>The platform that packages are named after.</summary>
    public static string CurrentPlatform()
    {
        string system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
        bool isMusl = RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal);
        return $"{system}-{(isMusl ? "musl-" : string.Empty)}{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
    }

    /// <summary>.NET puts general advice on tracing before what the loader itself says, which is on the last line.</summary>
    internal static string LoaderLine(string message)
        => message.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? message;

    /// <summary>The package of NuGet with libtorch for the CPU of a platform, or null if there is none.</summary>
    public static string? PackageFor(string platform) => Platforms.Contains(platform) ? $"libtorch-cpu-{platform}" : null;

    private static string CudaPackageFor(string platform) => platform == "win-x64" ? "TorchSharp-cuda-windows" : "TorchSharp-cuda-linux";

    [GeneratedRegex(@"version [`'](\S+?)' not found")]
    private static partial Regex SymbolVersion();

    [GeneratedRegex(@"(\S+\.so[.\d]*): cannot open shared object file")]
    private static partial Regex MissingDependency();
}

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

    /// <summary>
    /// Folders of native libraries within NuGet's own, if the managed ones are used from there. So notebooks and scripts do: nothing copies a package's files for them.
    /// </summary>
    /// <param name="torchSharp">Full path of TorchSharp.dll; empty in a single file.</param>
    /// <param name="platform">Runtime identifier, such as linux-x64.</param>
    public static string[] OfPackages(string torchSharp, string platform)
    {
        // As in packages/torchsharp/0.107.0/lib/net8.0/TorchSharp.dll.
        string? package = Up(torchSharp, 3);
        return package is not null && Path.GetFileName(package) == NativeLoadDiagnosis.TorchSharpVersion && Up(package, 2) is string packages
            ? [Native(package), Native(Path.Combine(packages, $"libtorch-cpu-{platform}", NativeLoadDiagnosis.TorchVersion))]
            : [];

        static string? Up(string? path, int folders) => folders == 0 ? path : Up(Path.GetDirectoryName(path), folders - 1);
        string Native(string of) => Path.Combine(of, "runtimes", platform, "native");
    }

    /// <summary>Those of this process.</summary>
    public static string[] OfPackages() => OfPackages(typeof(torch).Assembly.Location, NativeLoadDiagnosis.CurrentPlatform());

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

        foreach (string folder in OfPackages())
        {
            yield return folder;
        }
    }
}
