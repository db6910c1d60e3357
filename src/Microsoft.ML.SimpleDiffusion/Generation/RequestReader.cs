using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Conditioning;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.Randomness;

namespace Microsoft.ML.SimpleDiffusion.Generation;

/// <summary>Reads from a row what to generate: its class and its seed.</summary>
internal sealed class RequestReader
{
    private readonly Func<int> _classOf;
    private readonly Func<ulong> _seedOf;

    public RequestReader(DataViewRow row, ModelConfiguration configuration)
    {
        var options = configuration.Options;
        _classOf = configuration.Condition.Kind == ConditionKind.None
            ? () => 0
            : ConditionColumn.CreateClassGetter(row, row.Schema[options.ConditionColumnName!], configuration.Condition);
        _seedOf = CreateSeedGetter(row, options);
    }

    /// <summary>The input columns that generation needs, checked.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type.</exception>
    public static IEnumerable<DataViewSchema.Column> RequiredColumns(DataViewSchema schema, ModelConfiguration configuration)
    {
        var columns = new List<DataViewSchema.Column>();
        if (configuration.Condition.Kind != ConditionKind.None)
        {
            columns.Add(ConditionColumn.FindForGeneration(schema, configuration.Options.ConditionColumnName!));
        }

        if (configuration.Options.SeedColumnName is string name)
        {
            columns.Add(SeedColumn.Find(schema, name));
        }

        return columns;
    }

    /// <summary>What the current row asks for.</summary>
    /// <exception cref="InvalidOperationException">The row's class was not in the training data.</exception>
    public GenerationRequest Read() => new(_classOf(), _seedOf());

    private static Func<ulong> CreateSeedGetter(DataViewRow row, SimpleDiffusionOptions options)
    {
        ulong seed = (uint)options.Sampling.Seed;
        if (options.SeedColumnName is string name)
        {
            var value = WholeNumbers.CreateGetter(row, row.Schema[name]);
            return () => StatelessRandom.Bits(seed, RandomPurpose.RowSeed, value(), 0);
        }

        var idGetter = row.GetIdGetter();
        return () =>
        {
            DataViewRowId id = default;
            idGetter(ref id);
            return StatelessRandom.Bits(seed, RandomPurpose.RowSeed, id.Low, id.High);
        };
    }
}
