namespace Microsoft.ML.SimpleDiffusion.Generation.Views;

/// <summary>The input with columns added. Lazy: their values are made when a getter asks for them.</summary>
/// <param name="input">The rows.</param>
/// <param name="columns">The columns that are added.</param>
internal sealed class BatchedDataView<TRequest, TAnswer>(IDataView input, BatchedColumns<TRequest, TAnswer> columns) : IDataView
{
    /// <inheritdoc/>
    public bool CanShuffle => input.CanShuffle;

    /// <inheritdoc/>
    public DataViewSchema Schema => columns.Schema;

    /// <inheritdoc/>
    public long? GetRowCount() => input.GetRowCount();

    /// <inheritdoc/>
    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var needed = columnsNeeded.ToList();
        var passedThrough = columns.PassedThrough(needed);
        return needed.Exists(columns.Contains)
            ? new BatchedCursor<TRequest, TAnswer>(input.GetRowCursor(passedThrough.Concat(columns.Required), rand), passedThrough, columns)
            : new PassThroughCursor(input.GetRowCursor(passedThrough, rand), Schema, columns.Contains);
    }

    /// <summary>One cursor if our columns are needed: their values are made in batches, which use all cores.</summary>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        var needed = columnsNeeded.ToList();
        return needed.Exists(columns.Contains)
            ? [GetRowCursor(needed, rand)]
            : [.. input.GetRowCursorSet(columns.PassedThrough(needed), n, rand).Select(cursor => new PassThroughCursor(cursor, Schema, columns.Contains))];
    }
}
