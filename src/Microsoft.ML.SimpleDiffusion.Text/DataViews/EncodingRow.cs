using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Text.Embeddings;

namespace Microsoft.ML.SimpleDiffusion.Text.DataViews;

/// <summary>A row with its embeddings, which are made once per position.</summary>
internal sealed class EncodingRow : DataViewRow
{
    private readonly DataViewRow _input;
    private readonly EmbeddingColumn _column;
    private readonly T5Encoder _encoder;
    private readonly Action _checkAlive;
    private readonly HashSet<int> _active;
    private readonly CaptionReader? _captionReader;
    private long _embeddingPosition = -1;
    private float[] _embedding = [];

    /// <param name="input">The row; this row's to dispose of.</param>
    /// <param name="activeColumns">Columns of our schema that the caller needs.</param>
    /// <param name="column">Our column.</param>
    /// <param name="encoder">Makes embeddings.</param>
    /// <param name="checkAlive">Throws to stop.</param>
    public EncodingRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns, EmbeddingColumn column, T5Encoder encoder, Action checkAlive)
    {
        _input = input;
        _column = column;
        _encoder = encoder;
        _checkAlive = checkAlive;
        var active = activeColumns.ToList();
        _active = active.Select(one => one.Index).ToHashSet();
        _captionReader = active.Exists(column.Is) ? new CaptionReader(input, column, encoder) : null;
    }

    /// <inheritdoc/>
    public override long Position => _input.Position;

    /// <inheritdoc/>
    public override long Batch => _input.Batch;

    /// <inheritdoc/>
    public override DataViewSchema Schema => _column.Schema;

    /// <inheritdoc/>
    public override ValueGetter<DataViewRowId> GetIdGetter() => _input.GetIdGetter();

    /// <inheritdoc/>
    public override bool IsColumnActive(DataViewSchema.Column column) => _active.Contains(column.Index);

    /// <inheritdoc/>
    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column))
        {
            throw new InvalidOperationException($"The column '{column.Name}' is not active in this row.");
        }

        if (!_column.Is(column))
        {
            return _input.GetGetter<TValue>(_input.Schema[column.Index]);
        }

        return _column.CreateGetter(CurrentEmbedding) as ValueGetter<TValue>
            ?? throw new InvalidOperationException($"The column '{column.Name}' has values of type {column.Type.RawType}, not {typeof(TValue)}.");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _input.Dispose();
        }

        base.Dispose(disposing);
    }

    private float[] CurrentEmbedding()
    {
        if (_embeddingPosition != _input.Position)
        {
            _embedding = _encoder.Encode([_captionReader!.Read()], _checkAlive)[0];
            _embeddingPosition = _input.Position;
        }

        return _embedding;
    }
}
