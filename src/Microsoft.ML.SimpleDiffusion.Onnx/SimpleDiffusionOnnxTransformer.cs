using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Data.Columns;
using Microsoft.ML.SimpleDiffusion.Generation;
using Microsoft.ML.SimpleDiffusion.Generation.Views;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.Onnx.Generation;
using Microsoft.ML.SimpleDiffusion.Onnx.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Onnx;

/// <summary>
/// Adds a column of images that ONNX Runtime generates from an exported model. Made by <see cref="SimpleDiffusionOnnxEstimator.Fit"/> or
/// <c>mlContext.Model.Load</c>. What is said of <see cref="SimpleDiffusionTransformer"/> about conditions and seeds holds here, too.
/// </summary>
/// <remarks>It may be used from several threads, which do not wait for each other.</remarks>
public sealed class SimpleDiffusionOnnxTransformer : ITransformer, IDisposable
{
    private readonly IHostEnvironment _environment;
    private readonly SharedGenerator _shared;
    private readonly OnnxGenerationOptions _given;
    private readonly ModelConfiguration _configuration;
    private readonly RowWarnings _warnings;
    private bool _disposed;

    /// <param name="environment">The environment.</param>
    /// <param name="shared">The model; this transformer becomes one of its owners.</param>
    /// <param name="options">How to generate. Copied.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range, or something is asked of the model that it has not learnt.</exception>
    internal SimpleDiffusionOnnxTransformer(IHostEnvironment environment, SharedGenerator shared, OnnxGenerationOptions options)
    {
        _environment = environment;
        _warnings = new RowWarnings(message => MLEnvironment.Warn(environment, message));
        _shared = shared;
        _given = options.Clone();
        _given.SessionOptions = null;
        try
        {
            (_configuration, ParameterCount) = shared.Use(generator => (generator.Configuration, generator.ParameterCount));
            _configuration = _configuration with { Options = OnnxOptionsValidator.Resolve(_given, _configuration) };
        }
        catch
        {
            shared.Dispose();
            throw;
        }

        GeneratedColumns.Register(_configuration.Options);
    }

    /// <summary>A copy of the options in force: those of the model's training, with other columns and sampling where they were given.</summary>
    public SimpleDiffusionOptions Options => _configuration.Options.Clone();

    /// <summary>Number of trained weights of the network.</summary>
    public long ParameterCount { get; }

    /// <summary>Always true: each row's image depends on that row alone.</summary>
    public bool IsRowToRowMapper => true;

    /// <summary>A transformer with other sampling options that shares this one's model, which lives until both are disposed of.</summary>
    /// <param name="sampling">How to generate. Copied.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range, or something is asked of the model that it has not learnt.</exception>
    /// <exception cref="ObjectDisposedException">This transformer has been disposed of.</exception>
    public SimpleDiffusionOnnxTransformer WithSampling(SamplingOptions sampling)
    {
        ArgumentNullException.ThrowIfNull(sampling);
        var options = _given.Clone();
        options.Sampling = sampling.Clone();
        return new SimpleDiffusionOnnxTransformer(_environment, _shared.Share(), options);
    }

    /// <summary>A copy of this transformer with sessions of its own that compute elsewhere. Both have to be disposed of.</summary>
    /// <param name="device">Where to compute. Default: the GPU if there is one that ONNX Runtime can use, else the CPU.</param>
    /// <param name="deviceIndex">Index of the GPU, 0 (default) or more.</param>
    /// <param name="threads">Threads for computing on the CPU, 1 or more. Null (default): one per core.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    /// <exception cref="InvalidOperationException">The device is missing, or a file has changed since it was opened.</exception>
    /// <exception cref="ObjectDisposedException">This transformer has been disposed of.</exception>
    public SimpleDiffusionOnnxTransformer WithCompute(OnnxDevice device = OnnxDevice.Auto, int deviceIndex = 0, int? threads = null)
        => WithCompute(new OnnxGenerationOptions { Device = device, DeviceIndex = deviceIndex, Threads = threads });

    /// <summary>A copy of this transformer with sessions of its own as you want them, with DirectML or another execution provider. Both have to be disposed of.</summary>
    /// <param name="session">Options of the sessions. Yours: they must live until this returns.</param>
    /// <exception cref="FormatException">ONNX Runtime cannot open the model in this way.</exception>
    /// <exception cref="InvalidOperationException">A file has changed since it was opened.</exception>
    /// <exception cref="ObjectDisposedException">This transformer has been disposed of.</exception>
    public SimpleDiffusionOnnxTransformer WithCompute(SessionOptions session)
    {
        ArgumentNullException.ThrowIfNull(session);
        return WithCompute(new OnnxGenerationOptions { SessionOptions = session });
    }

    /// <summary>The input's columns and the generated ones.</summary>
    /// <param name="inputSchema">Columns of the input.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column that generation needs is missing or of the wrong type.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return ColumnsFor(inputSchema).Schema;
    }

    /// <summary>The input with a column of generated images. Lazy: images are generated in batches as they are read.</summary>
    /// <param name="input">The rows to generate for.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column that generation needs is missing or of the wrong type.</exception>
    /// <exception cref="ObjectDisposedException">This transformer has been disposed of.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ThrowIfDisposed();
        return new BatchedDataView<GenerationRequest, GeneratedColumns.GeneratedImage>(input, ColumnsFor(input.Schema));
    }

    /// <inheritdoc/>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        ThrowIfDisposed();
        return new BatchedRowMapper<GenerationRequest, GeneratedColumns.GeneratedImage>(ColumnsFor(inputSchema));
    }

    /// <summary>Gives up the model. It is freed when the last transformer that shares it is disposed of.</summary>
    public void Dispose()
    {
        _disposed = true;
        _shared.Dispose();
    }

    void ICanSaveModel.Save(ModelSaveContext ctx) => _shared.Use(generator =>
    {
        OnnxModelIO.Save(ctx, _given, generator.Files);
        return true;
    });

    private SimpleDiffusionOnnxTransformer WithCompute(OnnxGenerationOptions compute)
    {
        OnnxOptionsValidator.Validate(compute);
        var generator = _shared.Use(generator => new OnnxGenerator(generator.Files.Copy(), compute));
        return new SimpleDiffusionOnnxTransformer(_environment, new SharedGenerator(generator), _given);
    }

    private GeneratedColumns ColumnsFor(DataViewSchema inputSchema) => new(inputSchema, _configuration, Generate, _warnings);

    private byte[][] Generate(IReadOnlyList<GenerationRequest> requests)
        => _shared.Use(generator => generator.Generate(requests, _configuration.Options.Sampling, () => MLEnvironment.CheckAlive(_environment)));

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_disposed, this);
}
