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

/// <summary>A row with its added values, which are made once per position.</summary>
internal sealed class BatchedRow<TRequest, TAnswer> : DataViewRow
{
    private readonly DataViewRow _input;
    private readonly BatchedColumns<TRequest, TAnswer> _columns;
    private readonly HashSet<int> _active;
    private readonly Func<TRequest>? _read;
    private long _answeredPosition = -1;
    private TAnswer _answer = default!;

    /// <param name="input">The row; this row's to dispose of.</param>
    /// <param name="activeColumns">Columns of our schema that the caller needs.</param>
    /// <param name="columns">The columns that are added.</param>
    public BatchedRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns, BatchedColumns<TRequest, TAnswer> columns)
    {
        _input = input;
        _columns = columns;
        var active = activeColumns.ToList();
        _active = active.Select(column => column.Index).ToHashSet();
        _read = active.Exists(columns.Contains) ? columns.CreateReader(input) : null;
    }

    /// <inheritdoc/>
    public override long Position => _input.Position;

    /// <inheritdoc/>
    public override long Batch => _input.Batch;

    /// <inheritdoc/>
    public override DataViewSchema Schema => _columns.Schema;

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

        if (!_columns.Contains(column))
        {
            return _input.GetGetter<TValue>(_input.Schema[column.Index]);
        }

        return _columns.CreateGetter(column, CurrentAnswer) as ValueGetter<TValue>
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

    private TAnswer CurrentAnswer()
    {
        if (_answeredPosition != _input.Position)
        {
            _answer = _columns.Answer([_read!()])[0];
            _answeredPosition = _input.Position;
        }

        return _answer;
    }
}
