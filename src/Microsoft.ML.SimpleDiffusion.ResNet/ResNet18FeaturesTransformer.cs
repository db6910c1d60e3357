using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Generation.Views;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.ResNet.Features;
using Microsoft.ML.SimpleDiffusion.ResNet.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.ResNet.Network;

namespace Microsoft.ML.SimpleDiffusion.ResNet;

/// <summary>
/// Adds the 512 features of ResNet18 of each image: the square around its centre, enlarged or reduced to 224×224. Transparent images are put on white. Made by
/// <see cref="ResNet18FeaturesEstimator.Fit"/> or <c>mlContext.Model.Load</c>.
/// </summary>
public sealed class ResNet18FeaturesTransformer : ITransformer, IDisposable
{
    private readonly IHostEnvironment _environment;
    private readonly ResNet18Options _options;
    private readonly Shared<ResNet18Network> _network;
    private bool _disposed;

    /// <param name="environment">The environment.</param>
    /// <param name="options">All settings. Copied.</param>
    /// <param name="network">This transformer becomes its owner.</param>
    internal ResNet18FeaturesTransformer(IHostEnvironment environment, ResNet18Options options, ResNet18Network network)
    {
        (_environment, _options) = (environment, options.Clone());
        _network = new Shared<ResNet18Network>(network, nameof(ResNet18FeaturesTransformer));
    }

    /// <summary>A copy of the options.</summary>
    public ResNet18Options Options => _options.Clone();

    /// <summary>Always true: each row's features depend on that row alone.</summary>
    public bool IsRowToRowMapper => true;

    /// <summary>The input's columns and the features.</summary>
    /// <param name="inputSchema">Columns of the input.</param>
    /// <exception cref="ArgumentOutOfRangeException">The image column is missing or of the wrong type.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => ColumnsFor(inputSchema).Schema;

    /// <summary>The input with a column of features. Lazy: images are looked at in batches as rows are read.</summary>
    /// <param name="input">Images.</param>
    /// <exception cref="ArgumentOutOfRangeException">The image column is missing or of the wrong type.</exception>
    /// <exception cref="ObjectDisposedException">This transformer has been disposed of.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ThrowIfDisposed();
        return new BatchedDataView<Func<byte[]>, float[]>(input, ColumnsFor(input.Schema));
    }

    /// <inheritdoc/>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema)
    {
        ThrowIfDisposed();
        return new BatchedRowMapper<Func<byte[]>, float[]>(ColumnsFor(inputSchema));
    }

    /// <summary>Frees the network.</summary>
    public void Dispose()
    {
        _disposed = true;
        _network.Dispose();
    }

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ThrowIfDisposed();
        FeaturesIO.Save(ctx, _options);
    }

    private FeatureColumns ColumnsFor(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return new FeatureColumns(inputSchema, _options, _network, () => MLEnvironment.CheckAlive(_environment));
    }

    private void ThrowIfDisposed() => Disposed.ThrowIf(_disposed, "transformer of ResNet18 features", this);
}
