using Microsoft.ML.SimpleDiffusion.Interop.Native;
using Microsoft.ML.SimpleDiffusion.Tool.Packages;

namespace Microsoft.ML.SimpleDiffusion.Tool.LibTorch;

/// <summary>The NuGet package with libtorch for a system's CPU.</summary>
internal sealed class TorchPackage
{
    /// <summary>About what is downloaded.</summary>
    public const string SizeText = "about 130 MB";

    /// <summary>The version that TorchSharp was built for; held to Directory.Packages.props by a test.</summary>
    public const string Version = NativeLoadDiagnosis.TorchVersion;

    private readonly string _platform;
    private readonly NuGetPackage _package;

    private TorchPackage(string platform, string id) => (_platform, _package) = (platform, new NuGetPackage(id, Version));

    public string NativeFolder => Path.Combine(_package.Folder, "runtimes", _platform, "native");

    public bool IsRestored => File.Exists(Path.Combine(NativeFolder, NativeLibraryFolders.FileName("torch_cpu")));

    /// <exception cref="InvalidOperationException">There is no package for this system.</exception>
    public static TorchPackage OfThisSystem() => TryOfThisSystem() ?? throw new InvalidOperationException(
        $"There is no package of libtorch for {NativeLoadDiagnosis.CurrentPlatform()}, only for {string.Join(", ", NativeLoadDiagnosis.Platforms)}. Name a folder that has it with --libtorch.");

    public static TorchPackage? TryOfThisSystem()
        => NativeLoadDiagnosis.CurrentPlatform() is var platform && NativeLoadDiagnosis.PackageFor(platform) is string id ? new TorchPackage(platform, id) : null;

    /// <inheritdoc cref="NuGetPackage.Restore"/>
    public void Restore(CancellationToken cancellationToken)
    {
        _package.Restore(cancellationToken);
        if (!IsRestored)
        {
            throw new InvalidOperationException($"The package {this} was restored, but has no libtorch in '{NativeFolder}'.");
        }
    }

    public override string ToString() => _package.ToString();
}
