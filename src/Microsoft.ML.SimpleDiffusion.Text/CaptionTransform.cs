using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Data.Columns;
using Microsoft.ML.SimpleDiffusion.Generation.Views;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Text.Embeddings;
using Microsoft.ML.SimpleDiffusion.Text.Interop;
using Microsoft.ML.SimpleDiffusion.Text.Tokenization;

namespace Microsoft.ML.SimpleDiffusion.Text;

/// <summary>What the transformers of all encoders do alike: a column of embeddings, made in batches as rows are read, until they are disposed of.</summary>
internal sealed class CaptionTransform : IDisposable
{
    private readonly IHostEnvironment _environment;
    private readonly ITransformer _transformer;
    private readonly Shared<ICaptionEncoder> _shared;
    private readonly CaptionTokenizer _tokenizer;
    private readonly EncodingSettings _settings;
    private readonly RowWarnings _warnings;
    private bool _disposed;

    /// <param name="environment">The environment.</param>
    /// <param name="encoder">This becomes its owner.</param>
    /// <param name="settings">Columns and batches.</param>
    /// <param name="transformer">The transformer whose work this is, which errors and warnings name.</param>
    public CaptionTransform(IHostEnvironment environment, ICaptionEncoder encoder, EncodingSettings settings, ITransformer transformer)
    {
        (_environment, _settings, _transformer) = (environment, settings, transformer);
        (_tokenizer, Width) = (encoder.Tokenizer, encoder.Width);
        string name = transformer.GetType().Name;
        _shared = new Shared<ICaptionEncoder>(encoder, name);
        _warnings = new RowWarnings(message => TextEnvironment.Warning(environment, name, message));
    }

    /// <summary>Numbers per token.</summary>
    public int Width { get; }

    /// <inheritdoc cref="ITransformer.GetOutputSchema"/>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => ColumnsFor(inputSchema).Schema;

    /// <inheritdoc cref="ITransformer.Transform"/>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ThrowIfDisposed();
        return new BatchedDataView<int[], float[]>(input, ColumnsFor(input.Schema));
    }

    /// <inheritdoc cref="ITransformer.GetRowToRowMapper"/>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema)
    {
        ThrowIfDisposed();
        return new BatchedRowMapper<int[], float[]>(ColumnsFor(inputSchema));
    }

    /// <exception cref="ObjectDisposedException">The transformer has been disposed of.</exception>
    public void ThrowIfDisposed() => Disposed.ThrowIf(_disposed, "text encoder", _transformer);

    public void Dispose()
    {
        _disposed = true;
        _shared.Dispose();
    }

    private EmbeddingColumns ColumnsFor(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return new EmbeddingColumns(inputSchema, _settings, _tokenizer, Encode, Width, _warnings);
    }

    private float[][] Encode(IReadOnlyList<int[]> captions) => _shared.Use(encoder => encoder.Encode(captions, () => TextEnvironment.CheckAlive(_environment)));
}
