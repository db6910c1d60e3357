using Microsoft.ML.SimpleDiffusion.Text.Onnx;
using Microsoft.ML.SimpleDiffusion.Text.Persistence;
using Microsoft.ML.SimpleDiffusion.Text.Tokenization;

namespace Microsoft.ML.SimpleDiffusion.Text.Embeddings;

/// <summary>Tokenizer, encoder and cache: from captions to embeddings.</summary>
internal sealed class T5Encoder : IDisposable
{
    private readonly Lock _lock = new();
    private readonly T5EncoderOptions _options;
    private readonly T5Tokenizer _tokenizer;
    private readonly OnnxEncoder _onnx;
    private readonly EmbeddingCache? _cache;
    private bool _disposed;

    /// <param name="files">Encoder and tokenizer; this becomes their owner, also if it fails.</param>
    /// <param name="options">All settings.</param>
    /// <param name="warn">Told what the user should know.</param>
    /// <exception cref="FormatException">A file is not what it should be.</exception>
    /// <exception cref="InvalidOperationException">The encoder is none, or does not fit the tokenizer; the cache folder cannot be created.</exception>
    public T5Encoder(EncoderFiles files, T5EncoderOptions options, Action<string> warn)
    {
        Files = files;
        _options = options;
        try
        {
            _tokenizer = T5Tokenizer.Parse(files.Tokenizer, options.TokenizerFile);
            _onnx = OnnxEncoder.Open(files.ModelPath, options, _tokenizer.EndOfSentence, _tokenizer.LargestId);
            _cache = options.CacheDirectory is string directory ? new EmbeddingCache(directory, files.Hash(), _onnx.Width, warn) : null;
            files.Unlink();
        }
        catch
        {
            _onnx?.Dispose();
            files.Dispose();
            throw;
        }
    }

    public EncoderFiles Files { get; }

    /// <summary>Numbers per token.</summary>
    public int Width => _onnx.Width;

    /// <summary>Token ids of a caption, none if there is no text in it.</summary>
    public int[] Tokenize(ReadOnlySpan<char> caption) => _tokenizer.Encode(caption, _options.MaxTokens);

    /// <summary>Embeddings of captions. Those that repeat are encoded once.</summary>
    /// <param name="captions">Their token ids.</param>
    /// <param name="checkAlive">Called between batches; throws to stop.</param>
    /// <returns>For each caption [tokens, width]: nothing where there are no tokens.</returns>
    /// <exception cref="InvalidOperationException">The encoder failed.</exception>
    /// <exception cref="ObjectDisposedException">This has been disposed of.</exception>
    public float[][] Encode(IReadOnlyList<int[]> captions, Action checkAlive)
    {
        var known = new Dictionary<int[], float[]>(new TokenSequences()) { [Array.Empty<int>()] = [] };
        var missing = new List<int[]>();
        foreach (int[] ids in captions.Distinct(known.Comparer).Where(ids => ids.Length > 0))
        {
            if (_cache?.TryRead(ids) is float[] embedding)
            {
                known[ids] = embedding;
            }
            else
            {
                missing.Add(ids);
            }
        }

        foreach (int[] batch in LengthBatches.Split(missing.ConvertAll(ids => ids.Length), _options.TokensPerBatch))
        {
            checkAlive();
            int[][] batchCaptions = Array.ConvertAll(batch, i => missing[i]);
            foreach (var (ids, embedding) in batchCaptions.Zip(Run(batchCaptions)))
            {
                known[ids] = embedding;
                _cache?.Write(ids, embedding);
            }
        }

        return captions.Select(ids => known[ids]).ToArray();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            if (!_disposed)
            {
                _disposed = true;
                _onnx.Dispose();
                Files.Dispose();
            }
        }
    }

    private float[][] Run(int[][] captions)
    {
        // ONNX Runtime uses all cores for one batch, and its session must not be freed under it.
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(T5EncodingTransformer));
            return _onnx.Encode(captions);
        }
    }
}
