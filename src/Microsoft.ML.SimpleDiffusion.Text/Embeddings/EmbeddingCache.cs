using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Text.Embeddings;

/// <summary>
/// Embeddings in files, one for each caption and encoder. The encoder is frozen, so a file is right for ever: its name is the SHA-256 of the encoder's
/// and the caption's tokens. Readers and writers may be many processes.
/// </summary>
/// <param name="directory">Folder of the files, created if needed.</param>
/// <param name="encoder">SHA-256 of the encoder.</param>
/// <param name="width">Numbers per token.</param>
/// <param name="warn">Told once, if files cannot be written.</param>
/// <exception cref="InvalidOperationException">The folder cannot be created.</exception>
internal sealed class EmbeddingCache(string directory, byte[] encoder, int width, Action<string> warn)
{
    private readonly string _directory = CacheFiles.CreateFolder(directory, nameof(T5EncoderOptions.CacheDirectory));
    private bool _isReadOnly;

    private static ReadOnlySpan<byte> Kind => "T5EMBED1"u8;

    /// <summary>The embeddings of a caption [tokens, width], or null if there is no file of them that is whole.</summary>
    public float[]? TryRead(int[] ids) => CacheFiles.TryRead(PathOf(ids), Kind, ids.Length, width);

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
            CacheFiles.Write(path, Kind, ids.Length, width, [embeddings]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _isReadOnly = true;
            warn($"Embeddings are no longer written to the cache folder: {e.Message}");
        }
    }

    private string PathOf(int[] ids)
    {
        string name = Convert.ToHexStringLower(SHA256.HashData([.. encoder, .. MemoryMarshal.AsBytes(ids.AsSpan())]));
        return Path.Combine(_directory, name[..2], name);
    }
}
