using Microsoft.ML.Data;

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

/// <summary>A cursor for callers that need none of our columns: the input's rows under our schema.</summary>
/// <param name="input">Cursor over the input; the cursor's to dispose of.</param>
/// <param name="schema">The input's columns and ours.</param>
/// <param name="isOurs">Whether a column is one of ours.</param>
internal sealed class PassThroughCursor(DataViewRowCursor input, DataViewSchema schema, Func<DataViewSchema.Column, bool> isOurs) : DataViewRowCursor
{
    /// <inheritdoc/>
    public override long Position => input.Position;

    /// <inheritdoc/>
    public override long Batch => input.Batch;

    /// <inheritdoc/>
    public override DataViewSchema Schema => schema;

    /// <inheritdoc/>
    public override bool MoveNext() => input.MoveNext();

    /// <inheritdoc/>
    public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    /// <inheritdoc/>
    public override bool IsColumnActive(DataViewSchema.Column column) => !isOurs(column) && input.IsColumnActive(input.Schema[column.Index]);

    /// <inheritdoc/>
    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        => isOurs(column)
            ? throw new InvalidOperationException($"The column '{column.Name}' is not active in this cursor.")
            : input.GetGetter<TValue>(input.Schema[column.Index]);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            input.Dispose();
        }

        base.Dispose(disposing);
    }
}
