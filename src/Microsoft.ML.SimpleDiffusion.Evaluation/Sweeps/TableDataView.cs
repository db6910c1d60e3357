namespace Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;

/// <summary>Columns in memory whose names and types are known only when the program runs.</summary>
internal sealed class TableDataView : IDataView
{
    private readonly IReadOnlyList<TableColumn> _columns;

    public TableDataView(IReadOnlyList<TableColumn> columns)
    {
        _columns = columns;
        var schema = new DataViewSchema.Builder();
        foreach (var column in columns)
        {
            schema.AddColumn(column.Name, column.Type);
        }

        Schema = schema.ToSchema();
    }

    /// <inheritdoc/>
    public bool CanShuffle => false;

    /// <inheritdoc/>
    public DataViewSchema Schema { get; }

    /// <inheritdoc/>
    public long? GetRowCount() => _columns[0].Length;

    /// <inheritdoc/>
    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) => new TableCursor(Schema, _columns, columnsNeeded);

    /// <inheritdoc/>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => [GetRowCursor(columnsNeeded, rand)];
}
