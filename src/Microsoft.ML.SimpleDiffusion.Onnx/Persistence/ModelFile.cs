using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Persistence;

/// <summary>A file that is held open, so that it can be saved again when its name is gone.</summary>
internal sealed class ModelFile : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Stream _stream;

    private ModelFile(string path, Stream stream, string sha256) => (Path, _stream, Sha256) = (path, stream, sha256);

    public string Path { get; }

    /// <summary>SHA-256 of its content, hexadecimal.</summary>
    public string Sha256 { get; }

    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="FormatException">It is no regular file.</exception>
    public static ModelFile Open(string path)
    {
        var stream = Files.OpenRead(path);
        try
        {
            return new ModelFile(path, stream, Digest.HexOf(stream));
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Its whole content.</summary>
    /// <exception cref="FormatException">It is too long to be an ONNX file.</exception>
    public byte[] ReadAll()
    {
        lock (_lock)
        {
            if (_stream.Length > Array.MaxLength)
            {
                throw new FormatException($"The ONNX file is damaged: it has {_stream.Length} bytes.");
            }

            var content = new byte[_stream.Length];
            _stream.Position = 0;
            _stream.ReadExactly(content);
            return content;
        }
    }

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
}
