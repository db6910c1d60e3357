using Microsoft.ML.SimpleDiffusion.Generation.Views;
using Microsoft.ML.SimpleDiffusion.Text.Embeddings;

namespace Microsoft.ML.SimpleDiffusion.Text.DataViews;

/// <summary>The input with a column of embeddings, which are made as rows are read.</summary>
internal sealed class EncodingDataView : IDataView
{
    private readonly IDataView _input;
    private readonly EmbeddingColumn _column;
    private readonly T5Encoder _encoder;
    private readonly T5EncoderOptions _options;
    private readonly Action _checkAlive;

    /// <param name="input">The rows.</param>
    /// <param name="column">Our column.</param>
    /// <param name="encoder">Makes embeddings.</param>
    /// <param name="options">How many rows and tokens to take at once.</param>
    /// <param name="checkAlive">Throws to stop.</param>
    public EncodingDataView(IDataView input, EmbeddingColumn column, T5Encoder encoder, T5EncoderOptions options, Action checkAlive)
    {
        _input = input;
        _column = column;
        _encoder = encoder;
        _options = options;
        _checkAlive = checkAlive;
    }

    /// <inheritdoc/>
    public bool CanShuffle => _input.CanShuffle;

    /// <inheritdoc/>
    public DataViewSchema Schema => _column.Schema;

    /// <inheritdoc/>
    public long? GetRowCount() => _input.GetRowCount();

    /// <inheritdoc/>
    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var needed = columnsNeeded.ToList();
        var passedThrough = _column.PassedThrough(needed);
        if (!needed.Exists(_column.Is))
        {
            return new PassThroughCursor(_input.GetRowCursor(passedThrough, rand), Schema, _column.Is);
        }

        var cursor = _input.GetRowCursor(passedThrough.Append(_column.Caption), rand);
        return new EncodingCursor(cursor, passedThrough, _column, _encoder, _options, _checkAlive);
    }

    /// <summary>One cursor if embeddings are needed: they are made in batches, and ONNX Runtime uses all cores for each.</summary>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        var needed = columnsNeeded.ToList();
        return needed.Exists(_column.Is)
            ? [GetRowCursor(needed, rand)]
            : Array.ConvertAll<DataViewRowCursor, DataViewRowCursor>(
                _input.GetRowCursorSet(_column.PassedThrough(needed), n, rand), cursor => new PassThroughCursor(cursor, Schema, _column.Is));
    }
}
