using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Persistence;

/// <summary>A file that is held open, so that it can be saved again when its name is gone.</summary>
internal sealed class ModelFile : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Stream _stream;

    private ModelFile(string path, Stream stream, byte[]? content) => (Path, _stream, Content) = (path, stream, content);

    public string Path { get; }

    /// <summary>SHA-256 of its content, hexadecimal.</summary>
    public string Sha256 { get; private init; } = null!;

    /// <summary>Its content, if it is kept in memory, until it is let go.</summary>
    public byte[]? Content { get; private set; }

    /// <param name="path">Where it is.</param>
    /// <param name="inMemory">Whether its content is kept in memory, since others may change the file.</param>
    /// <param name="digest">Reads it and says its SHA-256, hexadecimal. Null: nothing else is wanted of it.</param>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="FormatException">It is no regular file, or too long to be kept in memory.</exception>
    public static ModelFile Open(string path, bool inMemory, Func<Stream, string>? digest = null)
    {
        var stream = Files.OpenRead(path);
        try
        {
            byte[]? content = inMemory ? ReadAll(stream) : null;
            using var memory = content is null ? null : new MemoryStream(content, writable: false);
            return new ModelFile(path, stream, content) { Sha256 = (digest ?? Digest.HexOf)(memory ?? stream) };
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Reads it from its beginning: what is kept in memory, else the file.</summary>
    public T Read<T>(Func<Stream, T> read)
    {
        if (Content is byte[] content)
        {
            using var memory = new MemoryStream(content, writable: false);
            return read(memory);
        }

        lock (_lock)
        {
            _stream.Position = 0;
            return read(_stream);
        }
    }

    /// <summary>Lets go what is kept in memory.</summary>
    public void ReleaseContent() => Content = null;

    /// <summary>Copies it to a stream.</summary>
    /// <exception cref="InvalidOperationException">It has changed since it was opened.</exception>
    public void CopyTo(Stream target)
    {
        lock (_lock)
        {
            _stream.Position = 0;
            if (Digest.HexOf(_stream) != Sha256)
            {
                throw new InvalidOperationException($"The model cannot be copied: '{Path}' has changed since it was opened.");
            }

            _stream.Position = 0;
            _stream.CopyTo(target);
        }
    }

    public void Dispose() => _stream.Dispose();

    private static byte[] ReadAll(Stream stream)
    {
        if (stream.Length > Array.MaxLength)
        {
            throw new FormatException($"The ONNX file is damaged: it has {stream.Length} bytes.");
        }

        var content = GC.AllocateUninitializedArray<byte>((int)stream.Length);
        stream.ReadExactly(content);
        return content;
    }
}
