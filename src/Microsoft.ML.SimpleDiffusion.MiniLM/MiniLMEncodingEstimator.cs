using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.MiniLM.Embeddings;
using Microsoft.ML.SimpleDiffusion.Text.Embeddings;

namespace Microsoft.ML.SimpleDiffusion.MiniLM;

/// <summary>
/// Turns captions into the embeddings of all-MiniLM-L6-v2, a frozen text encoder of 22 million weights (Wang et al. 2020, "MiniLM"; Reimers and Gurevych 2019,
/// "Sentence-BERT"), in the place of the T5 XXL of section 5.2 of the simple diffusion paper.
/// Create it with <see cref="MiniLMEncodingCatalog.EncodeMiniLM(TransformsCatalog.TextTransforms, MiniLMEncoderOptions)"/>.
/// </summary>
/// <remarks>Nothing is learnt: fitting loads the encoder and tries it on two tokens.</remarks>
public sealed class MiniLMEncodingEstimator : IEstimator<MiniLMEncodingTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly MiniLMEncoderOptions _options;

    internal MiniLMEncodingEstimator(IHostEnvironment environment, MiniLMEncoderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        MiniLMOptionsValidator.Validate(options);
        _environment = environment;
        _options = options.Clone();
    }

    /// <summary>Loads encoder and tokenizer.</summary>
    /// <param name="input">Only its columns are looked at.</param>
    /// <returns>A transformer that encodes captions. Dispose of it to free the encoder.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The column of captions is missing or of the wrong type.</exception>
    /// <exception cref="InvalidOperationException">ONNX Runtime is missing; the cache folder cannot be created.</exception>
    public MiniLMEncodingTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _ = GetOutputSchema(SchemaShapes.Of(input.Schema));
        return MiniLMEncodingTransformer.Create(_environment, EmbeddedEncoder.Read(), _options);
    }

    /// <summary>Checks the column of captions and adds that of embeddings.</summary>
    /// <param name="inputSchema">Columns of the input.</param>
    /// <exception cref="ArgumentOutOfRangeException">The column of captions is missing or of the wrong type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return EmbeddingColumns.Shape(inputSchema, _options.Encoding);
    }
}
