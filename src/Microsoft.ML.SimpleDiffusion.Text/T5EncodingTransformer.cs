using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Text.Embeddings;
using Microsoft.ML.SimpleDiffusion.Text.Interop;
using Microsoft.ML.SimpleDiffusion.Text.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Text;

/// <summary>
/// Adds a column of T5 embeddings: for each caption a vector of float32 [<see cref="T5EncoderOptions.MaxTokens"/>, <see cref="EmbeddingWidth"/>], a row
/// for each token, the last that of the end of sentence, then rows of zeros. Made by <see cref="T5EncodingEstimator.Fit"/> or <c>mlContext.Model.Load</c>.
/// </summary>
/// <remarks>
/// <para>An empty or missing caption, or one of white space alone, is all zeros: no condition. Text that the tokenizer does not know becomes its unknown
/// token. Halves of surrogate pairs count as U+FFFD.</para>
/// <para>A caption's embeddings do not depend on the rows around it, up to rounding: batches of other shapes add up in another order.</para>
/// </remarks>
public sealed class T5EncodingTransformer : ITransformer, IDisposable
{
    private readonly CaptionTransform _transform;
    private readonly EncoderFiles _files;
    private readonly T5EncoderOptions _options;

    /// <param name="environment">The environment.</param>
    /// <param name="encoder">This transformer becomes its owner.</param>
    /// <param name="options">All settings. Copied.</param>
    internal T5EncodingTransformer(IHostEnvironment environment, T5Encoder encoder, T5EncoderOptions options)
    {
        _files = encoder.Files;
        _options = options.Clone();
        _transform = new CaptionTransform(environment, encoder, _options.Encoding, this);
    }

    /// <summary>A copy of the options. After loading, files that came out of the model.zip are names without folder.</summary>
    public T5EncoderOptions Options => _options.Clone();

    /// <summary>Numbers per token: 512 (T5 small), 768 (base), 1024 (large), 2048 (XL), 4096 (XXL).</summary>
    public int EmbeddingWidth => _transform.Width;

    /// <summary>Always true: each row's embeddings depend on that row alone.</summary>
    public bool IsRowToRowMapper => true;

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
        T5ModelIO.Save(ctx, _options, _files);
    }
}
