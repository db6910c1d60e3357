using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Text.Embeddings;

/// <summary>
/// Embeddings in files, one for each caption and encoder. The encoder is frozen, so a file is right for ever: its name is the SHA-256 of the encoder's
/// and the caption's tokens. Readers and writers may be many processes.
/// </summary>
internal sealed class EmbeddingCache
{
    private const int HeaderSize = 16;

    private readonly string _directory;
    private readonly byte[] _encoder;
    private readonly int _width;
    private readonly Action<string> _warn;
    private bool _isReadOnly;

    /// <param name="directory">Folder of the files, created if needed.</param>
    /// <param name="encoder">SHA-256 of the encoder.</param>
    /// <param name="width">Numbers per token.</param>
    /// <param name="warn">Told once, if files cannot be written.</param>
    /// <exception cref="InvalidOperationException">The folder cannot be created.</exception>
    public EmbeddingCache(string directory, byte[] encoder, int width, Action<string> warn)
    {
        try
        {
            _directory = Directory.CreateDirectory(directory).FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InvalidOperationException($"The folder '{directory}' of the option {nameof(T5EncoderOptions.CacheDirectory)} cannot be created: {e.Message}", e);
        }

        (_encoder, _width, _warn) = (encoder, width, warn);
    }

    private static ReadOnlySpan<byte> Magic => "T5EMBED1"u8;

    /// <summary>The embeddings of a caption [tokens, width], or null if there is no file of them that is whole.</summary>
    public float[]? TryRead(int[] ids)
    {
        byte[] bytes;
        try
        {
            bytes = Files.ReadAll(PathOf(ids), FileSize(ids));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }

        if (bytes.Length != FileSize(ids))
        {
            return null;
        }

        var content = bytes.AsSpan(..^SHA256.HashSizeInBytes);
        return content.StartsWith(Header(ids)) && SHA256.HashData(content).AsSpan().SequenceEqual(bytes.AsSpan(content.Length))
            ? MemoryMarshal.Cast<byte, float>(content[HeaderSize..]).ToArray()
            : null;
    }

    /// <summary>Keeps the embeddings of a caption. The file appears as a whole or not at all.</summary>
    public void Write(int[] ids, float[] embeddings)
    {
        if (_isReadOnly)
        {
            return;
        }

        string path = PathOf(ids);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            byte[] content = [.. Header(ids), .. MemoryMarshal.AsBytes(embeddings.AsSpan())];
            byte[] digest = SHA256.HashData(content);
            Files.Write(
                path,
                stream =>
                {
                    stream.Write(content);
                    stream.Write(digest);
                },
                mustLast: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _isReadOnly = true;
            _warn($"Embeddings are no longer written to the cache folder: {e.Message}");
        }
    }

    private long FileSize(int[] ids) => HeaderSize + ((long)ids.Length * _width * sizeof(float)) + SHA256.HashSizeInBytes;

    private byte[] Header(int[] ids)
    {
        byte[] header = new byte[HeaderSize];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), ids.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), _width);
        return header;
    }

    private string PathOf(int[] ids)
    {
        string name = Convert.ToHexStringLower(SHA256.HashData([.. _encoder, .. MemoryMarshal.AsBytes(ids.AsSpan())]));
        return Path.Combine(_directory, name[..2], name);
    }
}
