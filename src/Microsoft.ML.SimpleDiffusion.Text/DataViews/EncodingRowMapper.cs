using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Text.Embeddings;

namespace Microsoft.ML.SimpleDiffusion.Text.DataViews;

/// <summary>Encodes the caption of one row at a time, for <see cref="PredictionEngine{TSrc, TDst}"/>.</summary>
/// <param name="column">Our column.</param>
/// <param name="encoder">Makes embeddings.</param>
/// <param name="checkAlive">Throws to stop.</param>
internal sealed class EncodingRowMapper(EmbeddingColumn column, T5Encoder encoder, Action checkAlive) : IRowToRowMapper
{
    /// <inheritdoc/>
    public DataViewSchema InputSchema => column.InputSchema;

    /// <inheritdoc/>
    public DataViewSchema OutputSchema => column.Schema;

    /// <inheritdoc/>
    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
    {
        var depending = dependingColumns.ToList();
        var passedThrough = column.PassedThrough(depending);
        return depending.Exists(column.Is) ? passedThrough.Append(column.Caption).DistinctBy(one => one.Index) : passedThrough;
    }

    /// <inheritdoc/>
    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
        => new EncodingRow(input, activeColumns, column, encoder, checkAlive);
}
