using Microsoft.ML.Data;

namespace Microsoft.ML.SimpleDiffusion.Generation.Views;

/// <summary>Adds columns to one row at a time, for <see cref="PredictionEngine{TSrc, TDst}"/>.</summary>
/// <param name="columns">The columns that are added.</param>
internal sealed class BatchedRowMapper<TRequest, TAnswer>(BatchedColumns<TRequest, TAnswer> columns) : IRowToRowMapper
{
    /// <inheritdoc/>
    public DataViewSchema InputSchema => columns.InputSchema;

    /// <inheritdoc/>
    public DataViewSchema OutputSchema => columns.Schema;

    /// <inheritdoc/>
    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
    {
        var depending = dependingColumns.ToList();
        var passedThrough = columns.PassedThrough(depending);
        return depending.Exists(columns.Contains) ? passedThrough.Concat(columns.Required).DistinctBy(column => column.Index) : passedThrough;
    }

    /// <inheritdoc/>
    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns) => new BatchedRow<TRequest, TAnswer>(input, activeColumns, columns);
}
