using Microsoft.ML.SimpleDiffusion.Interop.Native;
using Microsoft.ML.SimpleDiffusion.ResNet.Interop.Native;
using Microsoft.ML.SimpleDiffusion.ResNet.Network;

namespace Microsoft.ML.SimpleDiffusion.Tool.Packages;

/// <summary>The NuGet packages with the network ResNet18 and with the library that runs it.</summary>
internal static class ResNetPackages
{
    /// <summary>About what is downloaded.</summary>
    public const string SizeText = "about 220 MB";

    /// <summary>Held to Directory.Packages.props by a test.</summary>
    public static readonly NuGetPackage Runtime = new("Microsoft.ML.OnnxRuntime", "1.31.1");

    private static readonly NuGetPackage Network = new(NetworkFile.Package, NetworkFile.PackageVersion);

    /// <summary>The folder with the files of the network.</summary>
    public static string NetworkFolder => NetworkFile.InPackages(NuGetPackage.PackagesFolder());

    private static string NativeFolder => Path.Combine(Runtime.Folder, "runtimes", NativeLoadDiagnosis.CurrentPlatform(), "native");

    /// <summary>The packages that are not here.</summary>
    public static IReadOnlyList<NuGetPackage> FindMissing()
    {
        bool hasNetwork = File.Exists(Path.Combine(NetworkFolder, NetworkFile.Network.Name)), hasRuntime = File.Exists(Path.Combine(NativeFolder, OnnxRuntimeLibrary.FileName));
        return [.. hasNetwork ? [] : new[] { Network }, .. hasRuntime ? [] : new[] { Runtime }];
    }

    /// <summary>Lets ONNX Runtime be found.</summary>
    public static void Use() => OnnxRuntimeLibrary.UseFolder(NativeFolder);
}
