using Microsoft.ML.SimpleDiffusion.Text.Onnx;

namespace Microsoft.ML.SimpleDiffusion.Text.Embeddings;

/// <summary>Encoder and cache: from token ids to embeddings, in batches of like length.</summary>
internal sealed class CaptionEncoder : IDisposable
{
    private readonly OnnxEncoder _onnx;
    private readonly EmbeddingCache? _cache;
    private readonly int _tokensPerBatch;

    /// <param name="onnx">The encoder; this becomes its owner, also if it fails.</param>
    /// <param name="cacheDirectory">Folder that keeps embeddings. Null: none.</param>
    /// <param name="hash">SHA-256 of the encoder, asked for if there is a cache.</param>
    /// <param name="tokensPerBatch">Most tokens that go through the encoder at once.</param>
    /// <param name="warn">Told what the user should know.</param>
    /// <exception cref="InvalidOperationException">The cache folder cannot be created.</exception>
    public CaptionEncoder(OnnxEncoder onnx, string? cacheDirectory, Func<byte[]> hash, int tokensPerBatch, Action<string> warn)
    {
        (_onnx, _tokensPerBatch) = (onnx, tokensPerBatch);
        try
        {
            _cache = cacheDirectory is null ? null : new EmbeddingCache(cacheDirectory, hash(), onnx.Width, warn);
        }
        catch
        {
            onnx.Dispose();
            throw;
        }
    }

    /// <summary>Numbers per token.</summary>
    public int Width => _onnx.Width;

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

        foreach (int[] batch in LengthBatches.Split(missing.ConvertAll(ids => ids.Length), _tokensPerBatch))
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

    public void Dispose() => _onnx.Dispose();
}
