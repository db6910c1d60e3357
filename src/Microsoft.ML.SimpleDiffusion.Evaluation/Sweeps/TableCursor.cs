using Microsoft.ML.Data;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;

/// <summary>Goes through the rows of a <see cref="TableDataView"/>.</summary>
internal sealed class TableCursor : DataViewRowCursor
{
    private readonly IReadOnlyList<TableColumn> _columns;
    private readonly HashSet<int> _active;
    private int _row = -1;

    public TableCursor(DataViewSchema schema, IReadOnlyList<TableColumn> columns, IEnumerable<DataViewSchema.Column> columnsNeeded)
    {
        Schema = schema;
        _columns = columns;
        _active = [.. columnsNeeded.Select(column => column.Index)];
    }

    /// <inheritdoc/>
    public override long Position => _row < _columns[0].Length ? _row : -1;

    /// <inheritdoc/>
    public override long Batch => 0;

    /// <inheritdoc/>
    public override DataViewSchema Schema { get; }

    /// <inheritdoc/>
    public override bool MoveNext()
    {
        _row = Math.Min(_row + 1, _columns[0].Length);
        return _row < _columns[0].Length;
    }

    /// <inheritdoc/>
    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = new DataViewRowId((ulong)CurrentRow(), 0);

    /// <inheritdoc/>
    public override bool IsColumnActive(DataViewSchema.Column column) => _active.Contains(column.Index);

    /// <inheritdoc/>
    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        => !IsColumnActive(column) ? throw new InvalidOperationException($"The column '{column.Name}' is not active in this cursor.")
            : _columns[column.Index].CreateGetter(CurrentRow) as ValueGetter<TValue>
                ?? throw new InvalidOperationException($"The column '{column.Name}' has values of type {column.Type.RawType}, not {typeof(TValue)}.");

    private int CurrentRow() => Position >= 0 ? _row : throw new InvalidOperationException("The cursor is not at a row: call MoveNext first.");
}
