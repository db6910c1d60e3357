using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Evaluation.Classifier;
using Microsoft.ML.SimpleDiffusion.Evaluation.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.Generation.Views;
using Microsoft.ML.SimpleDiffusion.Model;

namespace Microsoft.ML.SimpleDiffusion.Evaluation;

/// <summary>
/// Adds features, scores and the predicted class of images. Made by <see cref="SmallImageClassifierEstimator.Fit(IDataView)"/> or
/// <c>mlContext.Model.Load</c>.
/// </summary>
public sealed class SmallImageClassifierTransformer : ITransformer, IDisposable
{
    private readonly IHostEnvironment _environment;
    private readonly ClassifierConfiguration _configuration;
    private bool _disposed;

    /// <param name="environment">The environment.</param>
    /// <param name="configuration">Columns, sizes and classes.</param>
    /// <param name="classifier">The network; this transformer becomes one of its owners.</param>
    internal SmallImageClassifierTransformer(IHostEnvironment environment, ClassifierConfiguration configuration, Shared<ClassifierNetwork> classifier)
    {
        _environment = environment;
        _configuration = configuration;
        Classifier = classifier;
    }

    /// <summary>The classes, in the order of the scores and of the keys of the predicted label.</summary>
    public IReadOnlyList<string> Classes => _configuration.Classes;

    /// <summary>Always true: what is said of an image depends on that image alone.</summary>
    public bool IsRowToRowMapper => true;

    internal ClassifierConfiguration Configuration => _configuration;

    internal Shared<ClassifierNetwork> Classifier { get; }

    /// <summary>
    /// A transformer that reads another image column, such as that of generated images, and shares this one's weights. The weights live until both are
    /// disposed of.
    /// </summary>
    /// <param name="imageColumnName">The column.</param>
    /// <exception cref="ObjectDisposedException">This transformer has been disposed of.</exception>
    public SmallImageClassifierTransformer WithImageColumn(string imageColumnName)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(imageColumnName);
        ThrowIfDisposed();
        return new SmallImageClassifierTransformer(_environment, _configuration with { ImageColumnName = imageColumnName }, Classifier.Share());
    }

    /// <summary>The input's columns, features [64], scores [classes] and the predicted class.</summary>
    /// <param name="inputSchema">Columns of the input.</param>
    /// <exception cref="ArgumentOutOfRangeException">The image column is missing or of the wrong type.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return ColumnsFor(inputSchema).Schema;
    }

    /// <summary>The input with the columns added. Lazy: images are classified in batches as they are read.</summary>
    /// <param name="input">Images.</param>
    /// <exception cref="ArgumentOutOfRangeException">The image column is missing or of the wrong type.</exception>
    /// <exception cref="ObjectDisposedException">This transformer has been disposed of.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ThrowIfDisposed();
        return new BatchedDataView<Func<PlanarImage>, ClassifierColumns.Classified>(input, ColumnsFor(input.Schema));
    }

    /// <inheritdoc/>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        ThrowIfDisposed();
        return new BatchedRowMapper<Func<PlanarImage>, ClassifierColumns.Classified>(ColumnsFor(inputSchema));
    }

    /// <summary>Gives up the weights. They are freed when the last transformer that shares them is disposed of.</summary>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            Classifier.Dispose();
        }
    }

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ThrowIfDisposed();
        ClassifierIO.Save(ctx, _configuration, Classifier);
    }

    private ClassifierColumns ColumnsFor(DataViewSchema inputSchema) => new(inputSchema, _configuration, Classifier);

    private void ThrowIfDisposed() => Disposed.ThrowIf(_disposed, "image classifier", this);
}
