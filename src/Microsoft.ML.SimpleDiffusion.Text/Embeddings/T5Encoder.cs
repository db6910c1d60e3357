using Microsoft.ML.SimpleDiffusion.Text.Onnx;
using Microsoft.ML.SimpleDiffusion.Text.Persistence;
using Microsoft.ML.SimpleDiffusion.Text.Tokenization;

namespace Microsoft.ML.SimpleDiffusion.Text.Embeddings;

/// <summary>Tokenizer, encoder and cache: from captions to embeddings.</summary>
internal sealed class T5Encoder : IDisposable
{
    private readonly T5EncoderOptions _options;
    private readonly OnnxEncoder _onnx;
    private readonly EmbeddingCache? _cache;

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
            Tokenizer = T5Tokenizer.Parse(files.Tokenizer, options.TokenizerFile);
            _onnx = OnnxEncoder.Open(files.ModelPath, options, Tokenizer.EndOfSentence, Tokenizer.LargestId);
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

    public T5Tokenizer Tokenizer { get; }

    /// <summary>Embeddings of captions. Those that repeat are encoded once.</summary>
    /// <param name="captions">Their token ids.</param>
    /// <param name="checkAlive">Called between batches; throws to stop.</param>
    /// <returns>For each caption [tokens, width]: nothing where there are no tokens.</returns>
    /// <exception cref="InvalidOperationException">The encoder failed.</exception>
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
            foreach (var (ids, embedding) in batchCaptions.Zip(_onnx.Encode(batchCaptions)))
            {
                known[ids] = embedding;
                _cache?.Write(ids, embedding);
            }
        }

        return captions.Select(ids => known[ids]).ToArray();
    }

    public void Dispose()
    {
        _onnx.Dispose();
        Files.Dispose();
    }
}
