using Microsoft.ML.Data;

namespace Microsoft.ML.SimpleDiffusion.Generation.Views;

/// <summary>
/// Reads rows ahead, so that what is made of them can be made of many at once, and keeps their other values. Windows grow from one row up to a limit, so
/// that a preview of a few rows does not pay for many.
/// </summary>
internal sealed class BatchedCursor<TRequest, TAnswer> : DataViewRowCursor
{
    private readonly DataViewRowCursor _input;
    private readonly BatchedColumns<TRequest, TAnswer> _columns;
    private readonly Func<TRequest> _read;
    private readonly ValueGetter<DataViewRowId> _inputId;
    private readonly Dictionary<int, ColumnBuffer> _buffers;
    private readonly List<DataViewRowId> _ids = [];
    private readonly List<TRequest> _requests = [];
    private IReadOnlyList<TAnswer>? _answers;
    private int _nextWindow = 1;
    private int _row = -1;
    private long _position = -1;

    /// <param name="input">Cursor over the input; the cursor's to dispose of.</param>
    /// <param name="passedThrough">Input columns that the caller needs.</param>
    /// <param name="columns">The columns that are added.</param>
    public BatchedCursor(DataViewRowCursor input, IEnumerable<DataViewSchema.Column> passedThrough, BatchedColumns<TRequest, TAnswer> columns)
    {
        _input = input;
        _columns = columns;
        _read = columns.CreateReader(input);
        _inputId = input.GetIdGetter();
        _buffers = passedThrough.ToDictionary(column => column.Index, column => ColumnBuffer.Create(input, column));
    }

    /// <inheritdoc/>
    public override long Position => _position;

    /// <inheritdoc/>
    public override long Batch => 0;

    /// <inheritdoc/>
    public override DataViewSchema Schema => _columns.Schema;

    /// <inheritdoc/>
    public override bool MoveNext()
    {
        if (_row + 1 >= _ids.Count && !ReadAhead())
        {
            _position = -1;
            return false;
        }

        _row++;
        _position++;
        return true;
    }

    /// <inheritdoc/>
    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = _ids[CurrentRow()];

    /// <inheritdoc/>
    public override bool IsColumnActive(DataViewSchema.Column column) => _columns.Contains(column) || _buffers.ContainsKey(column.Index);

    /// <inheritdoc/>
    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        var getter = _columns.Contains(column)
            ? _columns.CreateGetter(column, CurrentAnswer)
            : _buffers.TryGetValue(column.Index, out var buffer)
                ? buffer.CreateGetter(CurrentRow)
                : throw new InvalidOperationException($"The column '{column.Name}' is not active in this cursor.");
        return getter as ValueGetter<TValue>
            ?? throw new InvalidOperationException($"The column '{column.Name}' has values of type {column.Type.RawType}, not {typeof(TValue)}.");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Clear();
            _input.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>The current row within the window.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    private int CurrentRow() => _row >= 0 && _row < _ids.Count ? _row : throw new InvalidOperationException("The cursor is not at a row: call MoveNext first.");

    private TAnswer CurrentAnswer()
    {
        int row = CurrentRow();
        return (_answers ??= _columns.Answer(_requests))[row];
    }

    private bool ReadAhead()
    {
        Clear();
        while (_ids.Count < _nextWindow && _columns.HasRoom(_requests) && _input.MoveNext())
        {
            DataViewRowId id = default;
            _inputId(ref id);
            _requests.Add(_read());
            foreach (var buffer in _buffers.Values)
            {
                buffer.Capture();
            }

            _ids.Add(id);
        }

        _nextWindow = (int)Math.Min((long)_columns.WindowGrowth * _nextWindow, _columns.MaxWindowRows);
        return _ids.Count > 0;
    }

    private void Clear()
    {
        _row = -1;
        _ids.Clear();
        _answers = null;
        _requests.Clear();
        foreach (var buffer in _buffers.Values)
        {
            buffer.Clear();
        }
    }
}
