using Microsoft.ML.SimpleDiffusion.Text.Embeddings;

namespace Microsoft.ML.SimpleDiffusion.Text.DataViews;

/// <summary>Reads the captions of rows as tokens.</summary>
internal sealed class CaptionReader(DataViewRow row, EmbeddingColumn column, T5Encoder encoder)
{
    private readonly ValueGetter<ReadOnlyMemory<char>> _getter = row.GetGetter<ReadOnlyMemory<char>>(column.Caption);

    /// <summary>Token ids of the current row's caption.</summary>
    public int[] Read()
    {
        ReadOnlyMemory<char> text = default;
        _getter(ref text);
        return encoder.Tokenize(text.Span);
    }
}
