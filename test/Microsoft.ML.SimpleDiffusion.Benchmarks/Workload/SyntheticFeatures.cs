using Microsoft.ML.Data;

namespace Microsoft.ML.SimpleDiffusion.Benchmarks.Workload;

/// <summary>Features like those of a large network, made as they are read.</summary>
internal static class SyntheticFeatures
{
    private const int DistinctRows = 16;

    /// <summary>A view with the column Features of Single. Few rows repeat, since what they are makes no difference to the time.</summary>
    public static IDataView Repeating(MLContext context, int count, int dimension)
    {
        Row[] rows = Rows(DistinctRows, dimension, seed: 1).ToArray();
        return View(context, Enumerable.Range(0, count).Select(i => rows[i % DistinctRows]), dimension);
    }

    /// <summary>The same, held in memory, all rows different.</summary>
    public static IDataView Distinct(MLContext context, int count, int dimension, int seed) => View(context, Rows(count, dimension, seed).ToList(), dimension);

    private static IDataView View(MLContext context, IEnumerable<Row> rows, int dimension)
    {
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, dimension);
        return context.Data.LoadFromEnumerable(rows, schema);
    }

    private static IEnumerable<Row> Rows(int count, int dimension, int seed)
    {
        var random = new Random(seed);
        return Enumerable.Range(0, count).Select(_ => new Row { Features = Enumerable.Range(0, dimension).Select(_ => random.NextSingle()).ToArray() });
    }

    private sealed class Row
    {
        public float[] Features { get; set; } = [];
    }
}
