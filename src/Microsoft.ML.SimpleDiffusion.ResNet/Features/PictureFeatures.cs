using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Evaluation;
using Microsoft.ML.SimpleDiffusion.ResNet.Network;
using Microsoft.ML.SimpleDiffusion.ResNet.Pictures;

namespace Microsoft.ML.SimpleDiffusion.ResNet.Features;

/// <summary>The features of all pictures of a view, 2 KB each, in memory.</summary>
internal static class PictureFeatures
{
    /// <summary>Name of the column in <see cref="ToView"/>.</summary>
    public const string ColumnName = nameof(Row.Features);

    /// <summary>Computes features.</summary>
    /// <param name="network">The network.</param>
    /// <param name="data">Images. Read once, and twice where there is a cache that does not have them.</param>
    /// <param name="columnName">Their column.</param>
    /// <param name="cache">Is asked for the features first, and keeps them; or null.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or of the wrong type.</exception>
    /// <exception cref="InvalidOperationException">An image cannot be read.</exception>
    public static float[][] Of(ResNet18Network network, IDataView data, string columnName, FeatureCache? cache, CancellationToken cancellationToken)
    {
        if (cache?.TryRead(PictureDigest.Of(Windows(), _ => { })) is float[][] known)
        {
            return known;
        }

        // What is kept is kept for the pictures that it is of, should the view have others the second time.
        var features = new List<float[]>();
        var pictures = PictureDigest.Of(Windows(), window => features.AddRange(network.Compute(window, cancellationToken)));
        float[][] computed = [.. features];
        cache?.Write(pictures, computed);
        return computed;

        IEnumerable<byte[][]> Windows() => PictureWindows.Read(data, columnName, network.Threads, cancellationToken);
    }

    /// <summary>A view with the features.</summary>
    public static IDataView ToView(MLContext context, float[][] features)
    {
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[ColumnName].ColumnType = new VectorDataViewType(NumberDataViewType.Single, ResNet18Network.FeatureCount);
        return context.Data.LoadFromEnumerable(features.Select(row => new Row { Features = row }), schema);
    }

    /// <summary>Mean and covariance of the features. The caller's.</summary>
    public static FeatureStatistics Statistics(MLContext context, float[][] features, CancellationToken cancellationToken = default)
        => context.ImageGeneration().MeasureFeatures(ToView(context, features), ColumnName, cancellationToken);

    private sealed class Row
    {
        public float[] Features { get; set; } = [];
    }
}
