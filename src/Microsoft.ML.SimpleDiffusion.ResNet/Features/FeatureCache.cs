using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.ResNet.Network;
using Microsoft.ML.SimpleDiffusion.ResNet.Pictures;

namespace Microsoft.ML.SimpleDiffusion.ResNet.Features;

/// <summary>
/// Features of sets of real pictures in files, one for each set and network. The network never changes, so a file is right for ever: its name is the SHA-256 of the
/// network's and the pictures'. Readers and writers may be many processes.
/// </summary>
/// <param name="directory">Folder of the files, created if needed.</param>
/// <param name="warn">Told if a file cannot be written.</param>
/// <exception cref="InvalidOperationException">The folder cannot be created.</exception>
internal sealed class FeatureCache(string directory, Action<string> warn)
{
    private readonly string _directory = CacheFiles.CreateFolder(directory, nameof(ResNet18DistanceOptions.CacheDirectory));

    private static ReadOnlySpan<byte> Kind => "RESNET18"u8;

    /// <summary>The features of some pictures [count][512], or null if there is no file of them that is whole.</summary>
    public float[][]? TryRead(PictureDigest pictures)
        => CacheFiles.TryRead(PathOf(pictures), Kind, pictures.Count, ResNet18Network.FeatureCount) is float[] features ? [.. features.Chunk(ResNet18Network.FeatureCount)] : null;

    /// <summary>Keeps the features of some pictures. The file appears as a whole or not at all.</summary>
    public void Write(PictureDigest pictures, float[][] features)
    {
        try
        {
            CacheFiles.Write(PathOf(pictures), Kind, pictures.Count, ResNet18Network.FeatureCount, features);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            warn($"The features of the real images cannot be kept in the cache folder: {e.Message}");
        }
    }

    private string PathOf(PictureDigest pictures)
        => Path.Combine(_directory, $"resnet18-{Convert.ToHexStringLower(Digest.Of(ResNet18Network.Sha256 + pictures.Sha256))}.features");
}
