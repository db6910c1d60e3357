using Microsoft.ML.SimpleDiffusion.Generation.Views;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Generation;

/// <summary>The input with the generated columns added. Lazy: images are made when a getter asks for them.</summary>
internal sealed class GenerationDataView : IDataView
{
    private readonly IDataView _input;
    private readonly OutputColumns _outputs;
    private readonly ModelConfiguration _configuration;
    private readonly Func<IReadOnlyList<GenerationRequest>, byte[][]> _generate;

    /// <param name="input">The input.</param>
    /// <param name="configuration">The model's, with the sampling options in force.</param>
    /// <param name="generate">Makes images, one per request.</param>
    public GenerationDataView(IDataView input, ModelConfiguration configuration, Func<IReadOnlyList<GenerationRequest>, byte[][]> generate)
    {
        _input = input;
        _configuration = configuration;
        _generate = generate;
        _outputs = new OutputColumns(input.Schema, configuration.Options);
        _ = RequestReader.RequiredColumns(input.Schema, configuration);
    }

    /// <inheritdoc/>
    public bool CanShuffle => _input.CanShuffle;

    /// <inheritdoc/>
    public DataViewSchema Schema => _outputs.Schema;

    /// <inheritdoc/>
    public long? GetRowCount() => _input.GetRowCount();

    /// <inheritdoc/>
    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var needed = columnsNeeded.ToList();
        var passedThrough = needed.Where(column => !_outputs.Contains(column)).Select(column => _input.Schema[column.Index]).ToList();
        if (passedThrough.Count == needed.Count)
        {
            return new PassThroughCursor(_input.GetRowCursor(passedThrough, rand), Schema, _outputs.Contains);
        }

        var required = RequestReader.RequiredColumns(_input.Schema, _configuration);
        var cursor = _input.GetRowCursor(passedThrough.Concat(required), rand);
        return new GenerationCursor(cursor, passedThrough, _outputs, _configuration, _generate);
    }

    /// <summary>One cursor if images are needed: they are made in batches, and libtorch uses all cores for each.</summary>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        var needed = columnsNeeded.ToList();
        return needed.Exists(_outputs.Contains)
            ? [GetRowCursor(needed, rand)]
            : _input.GetRowCursorSet(needed.Select(column => _input.Schema[column.Index]), n, rand)
                .Select(cursor => (DataViewRowCursor)new PassThroughCursor(cursor, Schema, _outputs.Contains)).ToArray();
    }
}
