using Microsoft.ML.SimpleDiffusion.MiniLM.Tokenization;
using Microsoft.ML.SimpleDiffusion.Text.Embeddings;
using Microsoft.ML.SimpleDiffusion.Text.Onnx;
using Microsoft.ML.SimpleDiffusion.Text.Tokenization;

namespace Microsoft.ML.SimpleDiffusion.MiniLM.Embeddings;

/// <summary>Tokenizer, encoder and cache: from captions to embeddings.</summary>
internal sealed class MiniLMEncoder : ICaptionEncoder
{
    private readonly CaptionEncoder _captions;

    /// <param name="files">The encoder's files.</param>
    /// <param name="options">All settings.</param>
    /// <param name="warn">Told what the user should know.</param>
    /// <exception cref="InvalidOperationException">ONNX Runtime is missing; the cache folder cannot be created.</exception>
    public MiniLMEncoder(EmbeddedEncoder files, MiniLMEncoderOptions options, Action<string> warn)
    {
        (Version, ModelDigest, VocabularyDigest) = (files.Version, files.ModelDigest, files.VocabularyDigest);
        Tokenizer = new WordPieces(files.Vocabulary);
        var session = OnnxSessions.OpenOnCpu(files.Model, options.Threads);
        var onnx = OnnxEncoder.Open(session, "MiniLM", takesTypes: true, Tokenizer.EndOfSentence, Tokenizer.LargestId);
        _captions = new CaptionEncoder(onnx, options.CacheDirectory, () => Convert.FromHexString(files.ModelDigest), options.TokensPerBatch, warn);
    }

    /// <summary>Of the assembly with the files.</summary>
    public string Version { get; }

    /// <inheritdoc cref="EmbeddedEncoder.ModelDigest"/>
    public string ModelDigest { get; }

    /// <inheritdoc cref="EmbeddedEncoder.VocabularyDigest"/>
    public string VocabularyDigest { get; }

    /// <summary>Numbers per token.</summary>
    public int Width => _captions.Width;

    public WordPieces Tokenizer { get; }

    CaptionTokenizer ICaptionEncoder.Tokenizer => Tokenizer;

    /// <inheritdoc/>
    public float[][] Encode(IReadOnlyList<int[]> captions, Action checkAlive) => _captions.Encode(captions, checkAlive);

    public void Dispose() => _captions.Dispose();
}
