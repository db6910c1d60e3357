using Microsoft.ML.Data;

namespace Microsoft.ML.SimpleDiffusion.Generation.Views;

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
