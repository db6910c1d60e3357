using System.Runtime.InteropServices;
using Microsoft.ML.SimpleDiffusion.Data.Conditions;

namespace Microsoft.ML.SimpleDiffusion.Data;

/// <summary>What the training images show. Classes and captions are held in memory, embeddings as images are: up to a budget, and in a file beyond it.</summary>
/// <param name="condition">What the images are conditioned on.</param>
/// <param name="memoryBudget">Bytes of embeddings to hold in memory.</param>
internal sealed class ConditionStore(ConditionDescription condition, long memoryBudget) : IDisposable
{
    private readonly List<RowCondition> _rows = [];
    private readonly List<int> _embeddingTokens = [];
    private readonly RecordStore? _embeddings = condition.Kind == ConditionKind.Embeddings ? new RecordStore(EmbeddingBytes(condition), memoryBudget) : null;

    /// <summary>Captions that were too long and are held only in part.</summary>
    public int CutCount { get; private set; }

    public int Count => _embeddings?.Count ?? _rows.Count;

    /// <summary>Tokens of all texts; a text that is not there counts as one.</summary>
    public long TextTokens { get; private set; }

    /// <summary>What the image with the given number shows. Safe to call from several threads once all are added.</summary>
    public RowCondition this[int index] => _embeddings is null ? _rows[index] : ReadEmbeddings(index);

    /// <summary>Bytes that the embeddings of an image take; 0 where there are none.</summary>
    public static int EmbeddingBytes(ConditionDescription condition) => checked(condition.EmbeddingLength * condition.EmbeddingWidth * sizeof(float));

    /// <exception cref="InvalidOperationException">The temporary file cannot be written.</exception>
    public void Add(RowCondition row)
    {
        CutCount += row.IsCut ? 1 : 0;
        if (_embeddings is null)
        {
            TextTokens += row.Text?.Length ?? 1;
            _rows.Add(row);
            return;
        }

        float[] values = row.Embeddings ?? [];
        var record = new byte[EmbeddingBytes(condition)];
        MemoryMarshal.AsBytes<float>(values).CopyTo(record);
        _embeddings.Add(record);
        _embeddingTokens.Add(values.Length / condition.EmbeddingWidth);
        TextTokens += Math.Max(_embeddingTokens[^1], 1);
    }

    public void Dispose() => _embeddings?.Dispose();

    private RowCondition ReadEmbeddings(int index)
    {
        var record = new byte[EmbeddingBytes(condition)];
        _embeddings!.CopyTo(index, record);
        return RowCondition.OfEmbeddings(MemoryMarshal.Cast<byte, float>(record)[..(_embeddingTokens[index] * condition.EmbeddingWidth)].ToArray());
    }
}
