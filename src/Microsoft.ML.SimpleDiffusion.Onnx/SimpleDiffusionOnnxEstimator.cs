using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Generation;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.Onnx.Generation;
using Microsoft.ML.SimpleDiffusion.Onnx.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Onnx;

/// <summary>
/// Opens an exported model. Create it with <see cref="SimpleDiffusionOnnxCatalog.ApplySimpleDiffusionOnnx"/>.
/// </summary>
public sealed class SimpleDiffusionOnnxEstimator : IEstimator<SimpleDiffusionOnnxTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly string _modelFile;
    private readonly OnnxGenerationOptions _options;
    private readonly SimpleDiffusionOptions _resolved;

    internal SimpleDiffusionOnnxEstimator(IHostEnvironment environment, string modelFile, OnnxGenerationOptions options)
    {
        OnnxOptionsValidator.Validate(options);
        _environment = environment;
        _modelFile = Path.GetFullPath(modelFile);
        _options = options.Clone();
        using var files = ModelFiles.Open(_modelFile);
        _resolved = OnnxOptionsValidator.Resolve(_options, files.Configuration);
    }

    /// <summary>Opens the model.</summary>
    /// <param name="input">Only its columns are looked at.</param>
    /// <returns>A transformer that generates images. Dispose of it to free the model.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column that generation needs is missing or of the wrong type.</exception>
    /// <exception cref="FileNotFoundException">A file is gone.</exception>
    /// <exception cref="FormatException">A file has changed and is no exported model any more, or ONNX Runtime cannot open it.</exception>
    /// <exception cref="InvalidOperationException">ONNX Runtime or the device is missing.</exception>
    public SimpleDiffusionOnnxTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var transformer = new SimpleDiffusionOnnxTransformer(_environment, new SharedGenerator(new OnnxGenerator(ModelFiles.Open(_modelFile), _options)), _options);
        try
        {
            _ = transformer.GetOutputSchema(input.Schema);
            return transformer;
        }
        catch
        {
            transformer.Dispose();
            throw;
        }
    }

    /// <summary>Adds the columns that the transformer makes. The columns that it reads are checked when there is data.</summary>
    /// <param name="inputSchema">Columns of the input.</param>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return SchemaShapes.With(inputSchema, GeneratedColumns.Shapes(_resolved));
    }
}
