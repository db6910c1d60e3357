using Microsoft.ML.Data;

namespace Microsoft.ML.SimpleDiffusion.Generation.Views;

/// <summary>
/// Reads rows ahead, so that what is made of them can be made of many at once, and keeps their other values. Windows grow from one row up to a limit, so
/// that a preview of a few rows does not pay for many.
/// </summary>
internal abstract class ReadAheadCursor : DataViewRowCursor
{
    private readonly DataViewRowCursor _input;
    private readonly int _growth;
    private readonly int _maxRows;
    private readonly ValueGetter<DataViewRowId> _inputId;
    private readonly Dictionary<int, ColumnBuffer> _buffers;
    private readonly List<DataViewRowId> _ids = [];
    private int _nextWindow = 1;
    private int _row = -1;
    private long _position = -1;

    /// <param name="input">Cursor over the input; the cursor's to dispose of.</param>
    /// <param name="passedThrough">Input columns that the caller needs.</param>
    /// <param name="growth">How many times as many rows each window takes as the one before.</param>
    /// <param name="maxRows">Most rows of a window.</param>
    protected ReadAheadCursor(DataViewRowCursor input, IEnumerable<DataViewSchema.Column> passedThrough, int growth, int maxRows)
    {
        _input = input;
        _growth = growth;
        _maxRows = maxRows;
        _inputId = input.GetIdGetter();
        _buffers = passedThrough.DistinctBy(column => column.Index).ToDictionary(column => column.Index, column => ColumnBuffer.Create(input, column));
    }

    /// <inheritdoc/>
    public sealed override long Position => _position;

    /// <inheritdoc/>
    public sealed override long Batch => 0;

    /// <summary>Whether the window may take another row, as far as the rows in it are concerned.</summary>
    protected virtual bool HasRoom => true;

    /// <inheritdoc/>
    public sealed override bool MoveNext()
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
    public sealed override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = _ids[CurrentRow()];

    /// <inheritdoc/>
    public sealed override bool IsColumnActive(DataViewSchema.Column column) => IsOurs(column) || _buffers.ContainsKey(column.Index);

    /// <inheritdoc/>
    public sealed override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        var getter = IsOurs(column)
            ? CreateGetter(column)
            : _buffers.TryGetValue(column.Index, out var buffer)
                ? buffer.CreateGetter(CurrentRow)
                : throw new InvalidOperationException($"The column '{column.Name}' is not active in this cursor.");
        return getter as ValueGetter<TValue>
            ?? throw new InvalidOperationException($"The column '{column.Name}' has values of type {column.Type.RawType}, not {typeof(TValue)}.");
    }

    /// <summary>Whether a column is one that is made here.</summary>
    protected abstract bool IsOurs(DataViewSchema.Column column);

    /// <summary>A getter of a column that is made here, for the row <see cref="CurrentRow"/> of the window.</summary>
    protected abstract Delegate CreateGetter(DataViewSchema.Column column);

    /// <summary>Takes what is needed of the input's current row into the window.</summary>
    protected abstract void Take();

    /// <summary>Forgets what has been taken, and what was made of it.</summary>
    protected abstract void Forget();

    /// <summary>The current row within the window.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    protected int CurrentRow() => _row >= 0 && _row < _ids.Count ? _row : throw new InvalidOperationException("The cursor is not at a row: call MoveNext first.");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Clear();
            _input.Dispose();
        }

        base.Dispose(disposing);
    }

    private bool ReadAhead()
    {
        Clear();
        while (_ids.Count < _nextWindow && HasRoom && _input.MoveNext())
        {
            DataViewRowId id = default;
            _inputId(ref id);
            Take();
            foreach (var buffer in _buffers.Values)
            {
                buffer.Capture();
            }

            _ids.Add(id);
        }

        _nextWindow = (int)Math.Min((long)_growth * _nextWindow, _maxRows);
        return _ids.Count > 0;
    }

    private void Clear()
    {
        _row = -1;
        _ids.Clear();
        Forget();
        foreach (var buffer in _buffers.Values)
        {
            buffer.Clear();
        }
    }
}
