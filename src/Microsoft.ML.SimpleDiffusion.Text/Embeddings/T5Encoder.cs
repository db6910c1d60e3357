using Microsoft.ML.SimpleDiffusion.Text.Onnx;
using Microsoft.ML.SimpleDiffusion.Text.Persistence;
using Microsoft.ML.SimpleDiffusion.Text.Tokenization;

namespace Microsoft.ML.SimpleDiffusion.Text.Embeddings;

/// <summary>Tokenizer, encoder and cache: from captions to embeddings.</summary>
internal sealed class T5Encoder : ICaptionEncoder
{
    private readonly CaptionEncoder _captions;

    /// <param name="files">Encoder and tokenizer; this becomes their owner, also if it fails.</param>
    /// <param name="options">All settings.</param>
    /// <param name="warn">Told what the user should know.</param>
    /// <exception cref="FormatException">A file is not what it should be.</exception>
    /// <exception cref="InvalidOperationException">The encoder is none, or does not fit the tokenizer; the cache folder cannot be created.</exception>
    public T5Encoder(EncoderFiles files, T5EncoderOptions options, Action<string> warn)
    {
        Files = files;
        try
        {
            Tokenizer = T5Tokenizer.Parse(files.Tokenizer, options.TokenizerFile);
            var onnx = OnnxEncoder.Open(files.ModelPath, options, Tokenizer.EndOfSentence, Tokenizer.LargestId);
            _captions = new CaptionEncoder(onnx, options.CacheDirectory, files.Hash, options.TokensPerBatch, warn);
            files.Unlink();
        }
        catch
        {
            _captions?.Dispose();
            files.Dispose();
            throw;
        }
    }

    public EncoderFiles Files { get; }

    /// <summary>Numbers per token.</summary>
    public int Width => _captions.Width;

    public T5Tokenizer Tokenizer { get; }

    CaptionTokenizer ICaptionEncoder.Tokenizer => Tokenizer;

    /// <inheritdoc/>
    public float[][] Encode(IReadOnlyList<int[]> captions, Action checkAlive) => _captions.Encode(captions, checkAlive);

    public void Dispose()
    {
        _captions.Dispose();
        Files.Dispose();
    }
}
