using Microsoft.ML.Data;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Support;

/// <summary>Views of features, probabilities and labels.</summary>
internal static class FeatureViews
{
    public static readonly MLContext Context = new(1);

    /// <summary>A view with the column Features of Double.</summary>
    public static IDataView Doubles(IReadOnlyList<double[]> rows) => View(rows.Select(row => new DoubleRow { Features = row }), NumberDataViewType.Double, rows[0].Length);

    /// <summary>A view with the column Features of Single.</summary>
    public static IDataView Singles(IReadOnlyList<float[]> rows) => View(rows.Select(row => new SingleRow { Features = row }), NumberDataViewType.Single, rows[0].Length);

    /// <summary>A view with the column Features of Single, in sparse vectors.</summary>
    public static IDataView Sparse(IReadOnlyList<float[]> rows) => View(rows.Select(row => new SparseRow { Features = ToSparse(row) }), NumberDataViewType.Single, rows[0].Length);

    /// <summary>Independent standard normal numbers, moved.</summary>
    public static float[][] Normal(int count, int dimension, float shift = 0, int seed = 1)
    {
        var random = new Random(seed);
        return Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, dimension).Select(_ => shift + Gaussian(random)).ToArray()).ToArray();
    }

    private static float Gaussian(Random random) => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));

    private static VBuffer<float> ToSparse(float[] row)
    {
        int[] indices = Enumerable.Range(0, row.Length).Where(i => row[i] != 0).ToArray();
        return new VBuffer<float>(row.Length, indices.Length, indices.Select(i => row[i]).ToArray(), indices);
    }

    private static IDataView View<T>(IEnumerable<T> rows, PrimitiveDataViewType type, int dimension)
        where T : class
    {
        var schema = SchemaDefinition.Create(typeof(T));
        schema["Features"].ColumnType = new VectorDataViewType(type, dimension);
        return Context.Data.LoadFromEnumerable(rows, schema);
    }

    private sealed class DoubleRow
    {
        public double[] Features { get; set; } = [];
    }

    private sealed class SingleRow
    {
        public float[] Features { get; set; } = [];
    }

    private sealed class SparseRow
    {
        public VBuffer<float> Features { get; set; }
    }
}
