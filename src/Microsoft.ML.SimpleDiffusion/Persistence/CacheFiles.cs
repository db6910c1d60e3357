using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Microsoft.ML.SimpleDiffusion.Persistence;

/// <summary>
/// Files of caches: rows of numbers that say themselves whether they are whole. Eight bytes name the kind, then come the number of rows and their width, the numbers as
/// float32, and the SHA-256 of all that. Readers and writers may be many processes.
/// </summary>
internal static class CacheFiles
{
    private const int HeaderSize = 16;

    /// <summary>Creates the folder of a cache, if needed.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="option">The option that names it.</param>
    /// <returns>Its full path.</returns>
    /// <exception cref="InvalidOperationException">It cannot be created.</exception>
    public static string CreateFolder(string directory, string option)
    {
        try
        {
            return Directory.CreateDirectory(directory).FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InvalidOperationException($"The folder '{directory}' of the option {option} cannot be created: {e.Message}", e);
        }
    }

    /// <summary>The numbers of a file [rows, width], or null if there is none that is whole and of that kind and size.</summary>
    public static float[]? TryRead(string path, ReadOnlySpan<byte> kind, int rows, int width)
    {
        long length = HeaderSize + ((long)rows * width * sizeof(float)) + SHA256.HashSizeInBytes;
        byte[] bytes;
        try
        {
            bytes = Files.ReadAll(path, length);
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
        return content.StartsWith(Header(kind, rows, width)) && SHA256.HashData(content).AsSpan().SequenceEqual(bytes.AsSpan(content.Length))
            ? MemoryMarshal.Cast<byte, float>(content[HeaderSize..]).ToArray()
            : null;
    }

    /// <summary>Writes a file, which appears as a whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="kind">Eight bytes.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="width">Numbers of a row.</param>
    /// <param name="numbers">The numbers, in as many pieces as may be.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be written.</exception>
    public static void Write(string path, ReadOnlySpan<byte> kind, int rows, int width, IEnumerable<float[]> numbers)
    {
        byte[] header = Header(kind, rows, width);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Files.Write(
            path,
            stream =>
            {
                Append(header);
                foreach (float[] piece in numbers)
                {
                    Append(MemoryMarshal.AsBytes(piece.AsSpan()));
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

    private static byte[] Header(ReadOnlySpan<byte> kind, int rows, int width)
    {
        byte[] header = new byte[HeaderSize];
        kind.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), rows);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), width);
        return header;
    }
}
