using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Generation.Buffering;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Generation;

/// <summary>
/// Reads rows ahead and makes their images as one batch when the first is asked for. Batches grow 1, 2, 4, … up to the option, so that a preview of a
/// few rows does not pay for many.
/// </summary>
internal sealed class GenerationCursor : DataViewRowCursor
{
    private readonly DataViewRowCursor _input;
    private readonly OutputColumns _outputs;
    private readonly int _maxBatch;
    private readonly Func<IReadOnlyList<GenerationRequest>, byte[][]> _generate;
    private readonly RequestReader _requestReader;
    private readonly ValueGetter<DataViewRowId> _inputId;
    private readonly Dictionary<int, ColumnBuffer> _buffers;
    private readonly List<DataViewRowId> _ids = [];
    private readonly List<GenerationRequest> _requests = [];
    private byte[][]? _images;
    private int _nextBatch = 1;
    private int _row = -1;
    private long _position = -1;

    /// <param name="input">Cursor over the input; the cursor's to dispose of.</param>
    /// <param name="passedThrough">Input columns that the caller needs.</param>
    /// <param name="outputs">Our columns.</param>
    /// <param name="configuration">The model's, with the sampling options in force.</param>
    /// <param name="generate">Makes images, one per request.</param>
    public GenerationCursor(
        DataViewRowCursor input,
        IEnumerable<DataViewSchema.Column> passedThrough,
        OutputColumns outputs,
        ModelConfiguration configuration,
        Func<IReadOnlyList<GenerationRequest>, byte[][]> generate)
    {
        _input = input;
        _outputs = outputs;
        _maxBatch = configuration.Options.Sampling.BatchSize;
        _generate = generate;
        _requestReader = new RequestReader(input, configuration);
        _inputId = input.GetIdGetter();
        _buffers = passedThrough.DistinctBy(column => column.Index).ToDictionary(column => column.Index, column => ColumnBuffer.Create(input, column));
    }

    /// <inheritdoc/>
    public override long Position => _position;

    /// <inheritdoc/>
    public override long Batch => 0;

    /// <inheritdoc/>
    public override DataViewSchema Schema => _outputs.Schema;

    /// <inheritdoc/>
    public override bool MoveNext()
    {
        if (_row + 1 >= _requests.Count && !ReadAhead())
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
    public override bool IsColumnActive(DataViewSchema.Column column) => _outputs.Contains(column) || _buffers.ContainsKey(column.Index);

    /// <inheritdoc/>
    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        var getter = _outputs.Contains(column)
            ? _outputs.CreateGetter(column, CurrentImage)
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

    private bool ReadAhead()
    {
        Clear();
        while (_requests.Count < _nextBatch && _input.MoveNext())
        {
            DataViewRowId id = default;
            _inputId(ref id);
            _ids.Add(id);
            _requests.Add(_requestReader.Read());
            foreach (var buffer in _buffers.Values)
            {
                buffer.Capture();
            }
        }

        _nextBatch = (int)Math.Min(2L * _nextBatch, _maxBatch);
        return _requests.Count > 0;
    }

    private void Clear()
    {
        _row = -1;
        _images = null;
        _ids.Clear();
        _requests.Clear();
        foreach (var buffer in _buffers.Values)
        {
            buffer.Clear();
        }
    }

    private (byte[] Pixels, bool IsPortrait) CurrentImage()
    {
        int row = CurrentRow();
        _images ??= _generate(_requests);
        return (_images[row], _requests[row].IsPortrait);
    }

    private int CurrentRow() => _row >= 0 && _row < _requests.Count ? _row : throw new InvalidOperationException("The cursor is not at a row: call MoveNext first.");
}
