using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Generation;

/// <summary>A row with its generated image, which is made once per position.</summary>
internal sealed class GenerationRow : DataViewRow
{
    private readonly DataViewRow _input;
    private readonly OutputColumns _outputs;
    private readonly HashSet<int> _active;
    private readonly RequestReader? _requestReader;
    private readonly Func<IReadOnlyList<GenerationRequest>, byte[][]> _generate;
    private long _imagePosition = -1;
    private (byte[] Pixels, bool IsPortrait) _image;

    public GenerationRow(
        DataViewRow input,
        IEnumerable<DataViewSchema.Column> activeColumns,
        OutputColumns outputs,
        ModelConfiguration configuration,
        Func<IReadOnlyList<GenerationRequest>, byte[][]> generate)
    {
        _input = input;
        _outputs = outputs;
        _generate = generate;
        var active = activeColumns.ToList();
        _active = active.Select(column => column.Index).ToHashSet();
        _requestReader = active.Exists(outputs.Contains) ? new RequestReader(input, configuration) : null;
    }

    /// <inheritdoc/>
    public override long Position => _input.Position;

    /// <inheritdoc/>
    public override long Batch => _input.Batch;

    /// <inheritdoc/>
    public override DataViewSchema Schema => _outputs.Schema;

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

        if (!_outputs.Contains(column))
        {
            return _input.GetGetter<TValue>(_input.Schema[column.Index]);
        }

        return _outputs.CreateGetter(column, CurrentImage) as ValueGetter<TValue>
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

    private (byte[] Pixels, bool IsPortrait) CurrentImage()
    {
        if (_imagePosition != _input.Position)
        {
            var request = _requestReader!.Read();
            _image = (_generate([request])[0], request.IsPortrait);
            _imagePosition = _input.Position;
        }

        return _image;
    }
}
