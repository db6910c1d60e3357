using Microsoft.ML.Data;

namespace Microsoft.ML.SimpleDiffusion.Text.DataViews;

/// <summary>A cursor for callers that do not need our column: the input's rows under our schema.</summary>
internal sealed class PassThroughCursor(DataViewRowCursor input, EmbeddingColumn embedding) : DataViewRowCursor
{
    /// <inheritdoc/>
    public override long Position => input.Position;

    /// <inheritdoc/>
    public override long Batch => input.Batch;

    /// <inheritdoc/>
    public override DataViewSchema Schema => embedding.Schema;

    /// <inheritdoc/>
    public override bool MoveNext() => input.MoveNext();

    /// <inheritdoc/>
    public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    /// <inheritdoc/>
    public override bool IsColumnActive(DataViewSchema.Column column) => !embedding.Is(column) && input.IsColumnActive(input.Schema[column.Index]);

    /// <inheritdoc/>
    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => embedding.Is(column)
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
