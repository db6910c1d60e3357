using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.ResNet.Network;
using Microsoft.ML.SimpleDiffusion.ResNet.Pictures;

namespace Microsoft.ML.SimpleDiffusion.ResNet.Features;

/// <summary>
/// Features of sets of real pictures in files, one for each set and network. The network never changes, so a file is right for ever: its name is the SHA-256 of the
/// network's and the pictures'. Readers and writers may be many processes.
/// </summary>
internal sealed class FeatureCache
{
    private const int HeaderSize = 16;

    private readonly string _directory;
    private readonly Action<string> _warn;

    /// <param name="directory">Folder of the files, created if needed.</param>
    /// <param name="warn">Told if a file cannot be written.</param>
    /// <exception cref="InvalidOperationException">The folder cannot be created.</exception>
    public FeatureCache(string directory, Action<string> warn)
    {
        try
        {
            _directory = Directory.CreateDirectory(directory).FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InvalidOperationException($"The folder '{directory}' of the option {nameof(ResNet18DistanceOptions.CacheDirectory)} cannot be created: {e.Message}", e);
        }

        _warn = warn;
    }

    private static ReadOnlySpan<byte> Magic => "RESNET18"u8;

    /// <summary>The features of some pictures [count][512], or null if there is no file of them that is whole.</summary>
    public float[][]? TryRead(PictureDigest pictures)
    {
        long length = FileSize(pictures.Count);
        byte[] bytes;
        try
        {
            bytes = Files.ReadAll(PathOf(pictures), length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }

        if (bytes.Length != length)
        {
            return null;
        }

        var content = bytes.AsSpan(..^SHA256.HashSizeInBytes);
        return content.StartsWith(Header(pictures.Count)) && SHA256.HashData(content).AsSpan().SequenceEqual(bytes.AsSpan(content.Length))
            ? [.. MemoryMarshal.Cast<byte, float>(content[HeaderSize..]).ToArray().Chunk(ResNet18Network.FeatureCount)]
            : null;
    }

    /// <summary>Keeps the features of some pictures. The file appears as a whole or not at all.</summary>
    public void Write(PictureDigest pictures, float[][] features)
    {
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            Files.Write(
                PathOf(pictures),
                stream =>
                {
                    Append(Header(pictures.Count));
                    foreach (float[] row in features)
                    {
                        Append(MemoryMarshal.AsBytes(row.AsSpan()));
                    }

                    stream.Write(hash.GetHashAndReset());

                    void Append(ReadOnlySpan<byte> bytes)
                    {
                        hash.AppendData(bytes);
                        stream.Write(bytes);
                    }
                },
                mustLast: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _warn($"The features of the real images cannot be kept in the cache folder: {e.Message}");
        }
    }

    private static long FileSize(int count) => HeaderSize + ((long)count * ResNet18Network.FeatureCount * sizeof(float)) + SHA256.HashSizeInBytes;

    private static byte[] Header(int count)
    {
        byte[] header = new byte[HeaderSize];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), count);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), ResNet18Network.FeatureCount);
        return header;
    }

    private string PathOf(PictureDigest pictures)
        => Path.Combine(_directory, $"resnet18-{Convert.ToHexStringLower(Digest.Of(ResNet18Network.Sha256 + pictures.Sha256))}.features");
}
