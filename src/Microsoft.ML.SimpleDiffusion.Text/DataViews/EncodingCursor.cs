using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Generation.Buffering;
using Microsoft.ML.SimpleDiffusion.Text.Embeddings;

namespace Microsoft.ML.SimpleDiffusion.Text.DataViews;

/// <summary>
/// Reads a window of rows ahead, so that captions of like length share a batch, and encodes them when the first embedding is asked for. Windows grow
/// 1, 4, 16, … up to the option, so that a preview of a few rows does not pay for many.
/// </summary>
internal sealed class EncodingCursor : DataViewRowCursor
{
    private const int WindowGrowth = 4;

    /// <summary>Bounds the embeddings that are held at once: with the widest T5 and the default batch, 270 MB.</summary>
    private const int BatchesPerWindow = 8;

    private readonly DataViewRowCursor _input;
    private readonly EmbeddingColumn _column;
    private readonly T5Encoder _encoder;
    private readonly T5EncoderOptions _options;
    private readonly Action _checkAlive;
    private readonly CaptionReader _captionReader;
    private readonly ValueGetter<DataViewRowId> _inputId;
    private readonly Dictionary<int, ColumnBuffer> _buffers;
    private readonly List<DataViewRowId> _ids = [];
    private readonly List<int[]> _captions = [];
    private float[][]? _embeddings;
    private int _nextWindow = 1;
    private int _row = -1;
    private long _position = -1;

    /// <param name="input">Cursor over the input; the cursor's to dispose of.</param>
    /// <param name="passedThrough">Input columns that the caller needs, each once.</param>
    /// <param name="column">Our column.</param>
    /// <param name="encoder">Makes embeddings.</param>
    /// <param name="options">How many rows and tokens to take at once.</param>
    /// <param name="checkAlive">Throws to stop.</param>
    public EncodingCursor(
        DataViewRowCursor input,
        IEnumerable<DataViewSchema.Column> passedThrough,
        EmbeddingColumn column,
        T5Encoder encoder,
        T5EncoderOptions options,
        Action checkAlive)
    {
        _input = input;
        _column = column;
        _encoder = encoder;
        _options = options;
        _checkAlive = checkAlive;
        _captionReader = new CaptionReader(input, column, encoder);
        _inputId = input.GetIdGetter();
        _buffers = passedThrough.ToDictionary(passed => passed.Index, passed => ColumnBuffer.Create(input, passed));
    }

    /// <inheritdoc/>
    public override long Position => _position;

    /// <inheritdoc/>
    public override long Batch => 0;

    /// <inheritdoc/>
    public override DataViewSchema Schema => _column.Schema;

    /// <inheritdoc/>
    public override bool MoveNext()
    {
        if (_row + 1 >= _captions.Count && !ReadAhead())
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
    public override bool IsColumnActive(DataViewSchema.Column column) => _column.Is(column) || _buffers.ContainsKey(column.Index);

    /// <inheritdoc/>
    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        var getter = _column.Is(column)
            ? _column.CreateGetter(CurrentEmbedding)
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
        long tokens = 0;
        while (_captions.Count < _nextWindow && tokens < (long)BatchesPerWindow * _options.TokensPerBatch && _input.MoveNext())
        {
            DataViewRowId id = default;
            _inputId(ref id);
            _ids.Add(id);
            _captions.Add(_captionReader.Read());
            tokens += _captions[^1].Length;
            foreach (var buffer in _buffers.Values)
            {
                buffer.Capture();
            }
        }

        _nextWindow = (int)Math.Min((long)WindowGrowth * _nextWindow, _options.ReadAheadRows);
        return _captions.Count > 0;
    }

    private void Clear()
    {
        _row = -1;
        _embeddings = null;
        _ids.Clear();
        _captions.Clear();
        foreach (var buffer in _buffers.Values)
        {
            buffer.Clear();
        }
    }

    private float[] CurrentEmbedding()
    {
        int row = CurrentRow();
        _embeddings ??= _encoder.Encode(_captions, _checkAlive);
        return _embeddings[row];
    }

    private int CurrentRow() => _row >= 0 && _row < _captions.Count ? _row : throw new InvalidOperationException("The cursor is not at a row: call MoveNext first.");
}
