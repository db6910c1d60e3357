using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.MiniLM.Embeddings;
using Microsoft.ML.SimpleDiffusion.MiniLM.Interop;
using Microsoft.ML.SimpleDiffusion.Text;
using Microsoft.ML.SimpleDiffusion.Text.Interop;

namespace Microsoft.ML.SimpleDiffusion.MiniLM;

/// <summary>
/// Adds a column of MiniLM embeddings: for each caption a vector of float32 [<see cref="MiniLMEncoderOptions.MaxTokens"/>, <see cref="EmbeddingWidth"/>], a row
/// for each token, the first and the last those of the marks of beginning and end, then rows of zeros. Made by <see cref="MiniLMEncodingEstimator.Fit"/> or
/// <c>mlContext.Model.Load</c>.
/// </summary>
/// <remarks>
/// <para>An empty or missing caption, or one of white space alone, is all zeros: no condition. Capitals and accents make no difference. Text that the tokenizer does
/// not know becomes its unknown token. Halves of surrogate pairs, like other characters that are no text, are left out.</para>
/// <para>A caption's embeddings do not depend on the rows around it, up to rounding: batches of other shapes add up in another order.</para>
/// </remarks>
public sealed class MiniLMEncodingTransformer : ITransformer, IDisposable
{
    private readonly CaptionTransform _transform;
    private readonly MiniLMEncoder _encoder;
    private readonly MiniLMEncoderOptions _options;

    private MiniLMEncodingTransformer(IHostEnvironment environment, MiniLMEncoder encoder, MiniLMEncoderOptions options)
    {
        (_encoder, _options) = (encoder, options.Clone());
        _transform = new CaptionTransform(environment, encoder, _options.Encoding, this);
    }

    /// <summary>A copy of the options.</summary>
    public MiniLMEncoderOptions Options => _options.Clone();

    /// <summary>Numbers per token: 384.</summary>
    public int EmbeddingWidth => _transform.Width;

    /// <summary>Always true: each row's embeddings depend on that row alone.</summary>
    public bool IsRowToRowMapper => true;

    /// <summary>Opens the encoder.</summary>
    /// <exception cref="InvalidOperationException">ONNX Runtime is missing; the cache folder cannot be created.</exception>
    internal static MiniLMEncodingTransformer Create(IHostEnvironment environment, EmbeddedEncoder files, MiniLMEncoderOptions options)
        => new(environment, new MiniLMEncoder(files, options, message => TextEnvironment.Warning(environment, nameof(MiniLMEncodingTransformer), message)), options);

    /// <summary>The input's columns and the embeddings.</summary>
    /// <param name="inputSchema">Columns of the input.</param>
    /// <exception cref="ArgumentOutOfRangeException">The column of captions is missing or of the wrong type.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => _transform.GetOutputSchema(inputSchema);

    /// <summary>The input with a column of embeddings. Lazy: captions are encoded in batches as rows are read.</summary>
    /// <param name="input">The rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">The column of captions is missing or of the wrong type.</exception>
    /// <exception cref="ObjectDisposedException">This transformer has been disposed of.</exception>
    public IDataView Transform(IDataView input) => _transform.Transform(input);

    /// <inheritdoc/>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => _transform.GetRowToRowMapper(inputSchema);

    /// <summary>Frees the encoder.</summary>
    public void Dispose() => _transform.Dispose();

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        _transform.ThrowIfDisposed();
        MiniLMModelIO.Save(ctx, _options, _encoder);
    }
}
