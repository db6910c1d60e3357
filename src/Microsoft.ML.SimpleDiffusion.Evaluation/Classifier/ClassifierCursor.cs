using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Generation.Buffering;
using Microsoft.ML.SimpleDiffusion.Imaging;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Classifier;

/// <summary>Reads rows ahead, and classifies their images as one batch when the first is asked for. Batches grow 1, 2, 4, … up to the option.</summary>
internal sealed class ClassifierCursor : DataViewRowCursor
{
    private readonly DataViewRowCursor _input;
    private readonly ClassifierColumns _columns;
    private readonly ClassifierConfiguration _configuration;
    private readonly SharedClassifier _classifier;
    private readonly Func<Func<PlanarImage>>? _capture;
    private readonly ValueGetter<DataViewRowId> _inputId;
    private readonly Dictionary<int, ColumnBuffer> _buffers;
    private readonly List<DataViewRowId> _ids = [];
    private readonly List<Func<PlanarImage>> _images = [];
    private (float[] Features, float[] Scores)[]? _classified;
    private int _nextBatch = 1;
    private int _row = -1;
    private long _position = -1;

    /// <param name="input">Cursor over the input; the cursor's to dispose of.</param>
    /// <param name="passedThrough">Input columns that the caller needs.</param>
    /// <param name="imageColumn">The image column, or null if the caller needs none of our columns.</param>
    /// <param name="columns">Our columns.</param>
    /// <param name="configuration">The classifier's.</param>
    /// <param name="classifier">The classifier.</param>
    public ClassifierCursor(
        DataViewRowCursor input,
        IEnumerable<DataViewSchema.Column> passedThrough,
        DataViewSchema.Column? imageColumn,
        ClassifierColumns columns,
        ClassifierConfiguration configuration,
        SharedClassifier classifier)
    {
        _input = input;
        _columns = columns;
        _configuration = configuration;
        _classifier = classifier;
        var size = new ImageSize(configuration.Channels, configuration.ImageSize, configuration.ImageSize);
        _capture = imageColumn is { } column ? ImageColumn.CreateCapture(input, column, new TargetFormat(size, AllowsPortrait: false)) : null;
        _inputId = input.GetIdGetter();
        _buffers = passedThrough.DistinctBy(column => column.Index).ToDictionary(column => column.Index, column => ColumnBuffer.Create(input, column));
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
    public override bool IsColumnActive(DataViewSchema.Column column) => _columns.Contains(column) ? _capture is not null : _buffers.ContainsKey(column.Index);

    /// <inheritdoc/>
    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column))
        {
            throw new InvalidOperationException($"The column '{column.Name}' is not active in this cursor.");
        }

        var getter = _columns.Contains(column) ? _columns.CreateGetter(column, Current) : _buffers[column.Index].CreateGetter(CurrentRow);
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
        while (_ids.Count < _nextBatch && _input.MoveNext())
        {
            DataViewRowId id = default;
            _inputId(ref id);
            _ids.Add(id);
            foreach (var buffer in _buffers.Values)
            {
                buffer.Capture();
            }

            if (_capture is not null)
            {
                _images.Add(Read(_capture, _input.Position));
            }
        }

        _nextBatch = (int)Math.Min(2L * _nextBatch, _configuration.BatchSize);
        return _ids.Count > 0;
    }

    private void Clear()
    {
        _row = -1;
        _classified = null;
        _ids.Clear();
        _images.Clear();
        foreach (var buffer in _buffers.Values)
        {
            buffer.Clear();
        }
    }

    private (float[] Features, float[] Scores) Current()
    {
        int row = CurrentRow();
        return (_classified ??= Classify())[row];
    }

    private (float[] Features, float[] Scores)[] Classify()
    {
        var pixels = _images.AsParallel().AsOrdered().Select(image => image().Pixels).ToList();
        var (features, scores) = _classifier.Classify(pixels.Count, (i, to) => pixels[i].CopyTo(to), pixels.Count, CancellationToken.None);
        using (features)
        using (scores)
        {
            float[][] featureRows = Rows(features), scoreRows = Rows(scores);
            return [.. featureRows.Zip(scoreRows)];
        }
    }

    private static float[][] Rows(TorchSharp.torch.Tensor matrix)
        => matrix.data<float>().ToArray().Chunk((int)matrix.shape[1]).ToArray();

    /// <summary>Captures a row's image; what cannot be read is told with its row.</summary>
    private static Func<PlanarImage> Read(Func<Func<PlanarImage>> capture, long row)
    {
        var decode = Guard(capture);
        return () => Guard(decode);

        T Guard<T>(Func<T> action)
        {
            try
            {
                return action();
            }
            catch (ImageFormatException e)
            {
                throw new InvalidOperationException($"Row {row}: cannot read the image: {e.Message}.", e);
            }
        }
    }

    private int CurrentRow() => _row >= 0 && _row < _ids.Count ? _row : throw new InvalidOperationException("The cursor is not at a row: call MoveNext first.");
}
