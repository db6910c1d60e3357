using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Generation;

/// <summary>Makes the image of one row at a time, for <see cref="PredictionEngine{TSrc, TDst}"/>.</summary>
internal sealed class GenerationRowMapper : IRowToRowMapper
{
    private readonly ModelConfiguration _configuration;
    private readonly OutputColumns _outputs;
    private readonly DataViewSchema.Column[] _required;
    private readonly Func<IReadOnlyList<GenerationRequest>, byte[][]> _generate;

    /// <param name="inputSchema">Columns of the rows.</param>
    /// <param name="configuration">The model's, with the sampling options in force.</param>
    /// <param name="generate">Makes images, one per request.</param>
    public GenerationRowMapper(DataViewSchema inputSchema, ModelConfiguration configuration, Func<IReadOnlyList<GenerationRequest>, byte[][]> generate)
    {
        InputSchema = inputSchema;
        _configuration = configuration;
        _generate = generate;
        _outputs = new OutputColumns(inputSchema, configuration.Options);
        _required = RequestReader.RequiredColumns(inputSchema, configuration).ToArray();
    }

    /// <inheritdoc/>
    public DataViewSchema InputSchema { get; }

    /// <inheritdoc/>
    public DataViewSchema OutputSchema => _outputs.Schema;

    /// <inheritdoc/>
    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
    {
        var depending = dependingColumns.ToList();
        var passedThrough = depending.Where(column => !_outputs.Contains(column)).Select(column => InputSchema[column.Index]);
        return (depending.Exists(_outputs.Contains) ? passedThrough.Concat(_required) : passedThrough).DistinctBy(column => column.Index);
    }

    /// <inheritdoc/>
    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
        => new GenerationRow(input, activeColumns, _outputs, _configuration, _generate);
}
