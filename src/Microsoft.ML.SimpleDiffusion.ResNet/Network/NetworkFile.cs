using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.ResNet.Network;

/// <summary>
/// A file of the network. What it has to be is known to the bit: ONNX Runtime never sees another file, and distances of all machines are those of one network.
/// </summary>
/// <param name="Name">Its place in the folder of the network.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Sha256">Its digest, hexadecimal.</param>
internal sealed record NetworkFile(string Name, long Length, string Sha256)
{
    /// <summary>The package that the files are from; the version is held to Directory.Packages.props by a test.</summary>
    public const string Package = "Microsoft.ML.DnnImageFeaturizer.ResNet18";

    /// <inheritdoc cref="Package"/>
    public const string PackageVersion = "0.23.1";

    /// <summary>The folder of the files, in the package and beside applications.</summary>
    public const string Folder = "DnnImageModels";

    /// <summary>Red, green and blue to blue, green and red less the mean image of ImageNet.</summary>
    public static readonly NetworkFile Preprocessing = new("ResNetPrepOnnx/ResNetPreprocess.onnx", 602_584, "84bf8def78d0befaa3f6e73745d57d7016c6a192ead76f79686bd438c1047004");

    /// <summary>ResNet18 (He et al. 2015) up to its last average pooling, trained on ImageNet with CNTK.</summary>
    public static readonly NetworkFile Network = new("ResNet18Onnx/ResNet18.onnx", 63_653_533, "e2552f19db2dfdb01b3669537b6a0f1b44da38d18279535492ed5dfc2ef1ff8f");

    /// <summary>Where the files are.</summary>
    /// <param name="named">A folder that was named, or null to look for one.</param>
    /// <exception cref="InvalidOperationException">They are nowhere.</exception>
    public static string FindFolder(string? named)
        => named ?? Candidates().FirstOrDefault(folder => File.Exists(Path.Combine(folder, Network.Name))) ?? throw new InvalidOperationException(
            $"The network ResNet18 is not beside the application, in '{Path.Combine(AppContext.BaseDirectory, Folder)}'. The build copies it there from the package {Package} "
            + $"{PackageVersion}; or name that package's folder tools/{Folder} with the option {nameof(ResNet18Options.NetworkFolder)}.");

    /// <summary>Reads and checks the file.</summary>
    /// <param name="folder">The folder of the network.</param>
    /// <exception cref="InvalidOperationException">It is not there, cannot be read, or is another file.</exception>
    public byte[] Read(string folder)
    {
        string path = Path.Combine(folder, Name);
        byte[] content;
        try
        {
            content = Files.ReadAll(path, Length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new InvalidOperationException($"The network ResNet18 cannot be read: {e.Message}", e);
        }

        return Digest.HexOf(content) == Sha256 ? content
            : throw new InvalidOperationException($"'{path}' is not the file that the package {Package} {PackageVersion} has: restore the package anew.");
    }

    /// <summary>Beside the application; or in NuGet's own folders, if the assemblies are used from there. So notebooks do: nothing copies a package's files for them.</summary>
    private static IEnumerable<string> Candidates()
    {
        yield return Path.Combine(AppContext.BaseDirectory, Folder);

        // As in packages/microsoft.ml.simplediffusion.resnet/0.1.0/lib/net10.0/Microsoft.ML.SimpleDiffusion.ResNet.dll.
        string? folder = typeof(NetworkFile).Assembly.Location is { Length: > 0 } location ? Path.GetDirectoryName(location) : null;
        for (int i = 0; i < 4 && folder is not null; i++)
        {
            folder = Path.GetDirectoryName(folder);
        }

        if (folder is not null)
        {
            yield return InPackages(folder);
        }
    }

    /// <summary>Where the package has the files.</summary>
    /// <param name="packages">A folder of NuGet's packages.</param>
    public static string InPackages(string packages) => Path.Combine(packages, Package.ToLowerInvariant(), PackageVersion, "tools", Folder);
}
