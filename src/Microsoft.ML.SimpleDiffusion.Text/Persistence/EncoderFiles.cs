using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.Text.Onnx;

namespace Microsoft.ML.SimpleDiffusion.Text.Persistence;

/// <summary>
/// The files of an encoder, held open: the ONNX file, its external data, and the tokenizer in memory. They are where the user has them, or, if they
/// come from a model.zip, in a temporary folder whose names go as soon as ONNX Runtime has read them; the open handles are enough to save again.
/// </summary>
internal sealed class EncoderFiles : IDisposable
{
    /// <summary>T5's own tokenizer has 0.8 MB, that of mT5 4.3 MB.</summary>
    public const int LargestTokenizer = 64 << 20;

    /// <summary>The largest T5 encoder has 19 GB in float32.</summary>
    private const long LargestFile = 64L << 30;

    private readonly List<(string Path, Stream Stream)> _files = [];
    private readonly string _folder;
    private bool _isTemporary;

    private EncoderFiles(string folder, bool isTemporary, byte[] tokenizer)
    {
        (_folder, _isTemporary) = (folder, isTemporary);
        Tokenizer = tokenizer;
    }

    /// <summary>Content of the tokenizer's file.</summary>
    public byte[] Tokenizer { get; }

    /// <summary>The ONNX file, then those of its external data.</summary>
    public IReadOnlyList<FileDigest> Digests { get; private set; } = [];

    /// <summary>Full path of the ONNX file.</summary>
    public string ModelPath => _files[0].Path;

    /// <summary>Opens what the user named, and takes its digests.</summary>
    /// <exception cref="FileNotFoundException">A file, or one that the ONNX file refers to, does not exist.</exception>
    /// <exception cref="FormatException">The ONNX file is none.</exception>
    public static EncoderFiles Open(string modelFile, byte[] tokenizer)
    {
        string path = Path.GetFullPath(modelFile);
        var files = new EncoderFiles(Path.GetDirectoryName(path)!, isTemporary: false, tokenizer);
        try
        {
            files.Add(Path.GetFileName(path));
            foreach (string name in FindExternalData(files._files[0]))
            {
                files.Add(name);
            }

            files.Digests = files._files.ConvertAll(file => new FileDigest(Path.GetFileName(file.Path), file.Stream.Length, Sha256Of(file.Stream)));
            return files;
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    /// <summary>Opens what a saved transformer named, and checks that it is still the same.</summary>
    /// <exception cref="FormatException">A file is gone or has changed.</exception>
    public static EncoderFiles Reopen(string modelFile, IReadOnlyList<FileDigest> digests, byte[] tokenizer)
    {
        const string Advice = $"The model was saved with {nameof(T5ModelStorage)}.{nameof(T5ModelStorage.Path)}: put the file back, or fit and save again.";
        EncoderFiles files;
        try
        {
            files = Open(modelFile, tokenizer);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"The T5 encoder '{modelFile}' cannot be read: {e.Message} {Advice}", e);
        }

        if (files.Digests.SequenceEqual(digests))
        {
            return files;
        }

        files.Dispose();
        throw new FormatException($"The T5 encoder '{modelFile}' is not the one that the model was saved with: its SHA-256 differs. {Advice}");
    }

    /// <summary>Writes the files of a model.zip to a temporary folder, and checks them.</summary>
    /// <param name="digests">What they must be; the names must be plain.</param>
    /// <param name="tokenizer">Content of the tokenizer's file.</param>
    /// <param name="copy">Copies the file with a number to a stream, at most as many bytes as the digest says.</param>
    /// <exception cref="FormatException">A file is damaged.</exception>
    public static EncoderFiles Extract(IReadOnlyList<FileDigest> digests, byte[] tokenizer, Action<int, Stream> copy)
    {
        var files = new EncoderFiles(Directory.CreateTempSubdirectory("t5-encoder-").FullName, isTemporary: true, tokenizer) { Digests = digests };
        try
        {
            for (int i = 0; i < digests.Count; i++)
            {
                int index = i;
                string path = Path.Combine(files._folder, digests[i].Name);
                if (File.Exists(path))
                {
                    throw new FormatException($"The model is damaged: it names '{digests[i].Name}' twice.");
                }

                Files.Write(path, target => copy(index, target), mustLast: false);
                files.Add(digests[i].Name);
                files.Verify(i, "The model is damaged");
            }

            return files;
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    /// <summary>Copies a file to a stream.</summary>
    /// <exception cref="FormatException">It has changed since it was opened.</exception>
    public void CopyTo(int index, Stream target)
    {
        Verify(index, "The encoder cannot be saved");
        var source = _files[index].Stream;
        source.Position = 0;
        source.CopyTo(target);
    }

    /// <summary>SHA-256 of the encoder with its external data.</summary>
    public byte[] Hash() => SHA256.HashData(Encoding.ASCII.GetBytes(string.Concat(Digests.Select(digest => digest.Sha256))));

    /// <summary>Removes the names of temporary files; where open files keep their names (Windows), disposal does.</summary>
    public void Unlink()
    {
        if (!_isTemporary)
        {
            return;
        }

        try
        {
            Directory.Delete(_folder, recursive: true);
            _isTemporary = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Disposal tries again.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _files.ForEach(file => file.Stream.Dispose());
        Unlink();
    }

    private static IReadOnlyList<string> FindExternalData((string Path, Stream Stream) model)
    {
        try
        {
            return ExternalData.FindFiles(model.Stream);
        }
        catch (FormatException e)
        {
            throw new FormatException($"'{model.Path}': {e.Message}", e);
        }
    }

    private static string Sha256Of(Stream stream)
    {
        stream.Position = 0;
        return Digest.HexOf(stream);
    }

    private void Add(string name)
    {
        string path = Path.Combine(_folder, name);
        try
        {
            _files.Add((path, Files.OpenRead(path, LargestFile)));
        }
        catch (FormatException e) when (_files.Count == 0)
        {
            throw new FormatException($"This is not an ONNX file: {e.Message}", e);
        }
    }

    private void Verify(int index, string what)
    {
        var (digest, stream) = (Digests[index], _files[index].Stream);
        if (stream.Length != digest.Length || Sha256Of(stream) != digest.Sha256)
        {
            throw new FormatException($"{what}: {digest.Name} has another SHA-256 than it had.");
        }
    }
}
