using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.Text.Embeddings;
using Microsoft.ML.SimpleDiffusion.Text.Interop;
using Microsoft.ML.SimpleDiffusion.Text.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Text;

/// <summary>
/// Turns captions into the embeddings of a frozen T5 encoder (Raffel et al. 2020), the text condition of section 5.2 of the simple diffusion paper.
/// Create it with <see cref="T5EncodingCatalog.EncodeT5(TransformsCatalog.TextTransforms, T5EncoderOptions)"/>.
/// </summary>
/// <remarks>Nothing is learnt: fitting loads the encoder and tries it on two tokens.</remarks>
public sealed class T5EncodingEstimator : IEstimator<T5EncodingTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly T5EncoderOptions _options;

    internal T5EncodingEstimator(IHostEnvironment environment, T5EncoderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        T5OptionsValidator.ValidateNew(options);
        _environment = environment;
        _options = options.Clone();
    }

    /// <summary>Loads encoder and tokenizer.</summary>
    /// <param name="input">Only its columns are looked at.</param>
    /// <returns>A transformer that encodes captions. Dispose of it to free the encoder.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The column of captions is missing or of the wrong type.</exception>
    /// <exception cref="FileNotFoundException">A file is gone.</exception>
    /// <exception cref="FormatException">A file is not an ONNX file or not a SentencePiece model, or is damaged.</exception>
    /// <exception cref="InvalidOperationException">
    /// The model is not a text encoder, or its vocabulary is smaller than the tokenizer's; ONNX Runtime or the device is missing; the cache folder cannot
    /// be created.
    /// </exception>
    public T5EncodingTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _ = GetOutputSchema(SchemaShapes.Of(input.Schema));
        var files = EncoderFiles.Open(_options.ModelFile, ReadTokenizer());
        var encoder = new T5Encoder(files, _options, message => TextEnvironment.Warning(_environment, nameof(T5EncodingTransformer), message));
        return new T5EncodingTransformer(_environment, encoder, _options);
    }

    /// <summary>Checks the column of captions and adds that of embeddings.</summary>
    /// <param name="inputSchema">Columns of the input.</param>
    /// <exception cref="ArgumentOutOfRangeException">The column of captions is missing or of the wrong type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return EmbeddingColumns.Shape(inputSchema, _options.Encoding);
    }

    private byte[] ReadTokenizer() => Files.ReadAll(_options.TokenizerFile, EncoderFiles.LargestTokenizer);
}
