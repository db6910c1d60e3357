using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Data.Columns;
using Microsoft.ML.SimpleDiffusion.Generation.Views;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Text.Tokenization;
using VectorKind = Microsoft.ML.SchemaShape.Column.VectorKind;

namespace Microsoft.ML.SimpleDiffusion.Text.Embeddings;

/// <summary>
/// The column that the transformer adds: embeddings [maxTokens, width], with zero rows behind the caption. Windows grow 1, 4, 16, … up to the option, so that
/// captions of like length share a batch.
/// </summary>
internal sealed class EmbeddingColumns : BatchedColumns<int[], float[]>
{
    private const string Role = "caption";
    private const string Expected = "String";

    /// <summary>Bounds the embeddings that are held at once: with the widest T5 and the default batch, 270 MB.</summary>
    private const int BatchesPerWindow = 8;

    private readonly T5EncoderOptions _options;
    private readonly T5Tokenizer _tokenizer;
    private readonly Shared<T5Encoder> _encoder;
    private readonly Action _checkAlive;
    private readonly RowWarnings _warnings;
    private readonly DataViewSchema.Column _caption;
    private readonly int _length;

    /// <param name="input">The input's columns.</param>
    /// <param name="options">All settings.</param>
    /// <param name="tokenizer">Splits captions.</param>
    /// <param name="encoder">Makes embeddings.</param>
    /// <param name="width">Numbers per token.</param>
    /// <param name="checkAlive">Throws to stop.</param>
    /// <param name="warnings">Are told of captions that are cut.</param>
    /// <exception cref="ArgumentOutOfRangeException">The column of captions is missing or of the wrong type.</exception>
    public EmbeddingColumns(
        DataViewSchema input, T5EncoderOptions options, T5Tokenizer tokenizer, Shared<T5Encoder> encoder, int width, Action checkAlive, RowWarnings warnings)
        : base(input, builder => builder.AddColumn(options.OutputColumnName, new VectorDataViewType(NumberDataViewType.Single, options.MaxTokens, width)))
    {
        _options = options;
        _tokenizer = tokenizer;
        _encoder = encoder;
        _checkAlive = checkAlive;
        _warnings = warnings;
        _length = options.MaxTokens * width;
        _caption = input.GetColumnOrNull(options.InputColumnName) ?? throw ColumnErrors.Missing(Role, options.InputColumnName);
        if (_caption.Type is not TextDataViewType)
        {
            throw ColumnErrors.Mismatch(Role, options.InputColumnName, Expected, _caption.Type.ToString()!);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<DataViewSchema.Column> Required => [_caption];

    /// <inheritdoc/>
    public override int WindowGrowth => 4;

    /// <inheritdoc/>
    public override int MaxWindowRows => _options.ReadAheadRows;

    /// <summary>The input's columns and the embeddings, before there is any data.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column of captions is missing or of the wrong type.</exception>
    public static SchemaShape Shape(SchemaShape input, T5EncoderOptions options)
    {
        RequiredColumn.Check(input, Role, options.InputColumnName, Expected, column => column.Kind == VectorKind.Scalar && column.ItemType is TextDataViewType);
        return SchemaShapes.With(input, SchemaShapes.Column(options.OutputColumnName, VectorKind.Vector, NumberDataViewType.Single));
    }

    /// <summary>Reads captions as token ids.</summary>
    /// <inheritdoc/>
    public override Func<int[]> CreateReader(DataViewRow row)
    {
        var getter = row.GetGetter<ReadOnlyMemory<char>>(_caption);
        return () =>
        {
            ReadOnlyMemory<char> text = default;
            getter(ref text);
            int[] ids = _tokenizer.Encode(text.Span, _options.MaxTokens, out bool isCut);
            if (isCut)
            {
                _warnings.TellCut(
                    $"The text in row {row.Position} of column '{_caption.Name}'", $"{_options.MaxTokens} tokens (MaxTokens)", () => _tokenizer.CountUsedCharacters(text.Span, _options.MaxTokens));
            }

            return ids;
        };
    }

    /// <inheritdoc/>
    public override bool HasRoom(IReadOnlyList<int[]> requests) => requests.Sum(ids => (long)ids.Length) < (long)BatchesPerWindow * _options.TokensPerBatch;

    /// <summary>Embeddings of captions, without padding.</summary>
    /// <inheritdoc/>
    public override IReadOnlyList<float[]> Answer(IReadOnlyList<int[]> requests) => _encoder.Use(encoder => encoder.Encode(requests, _checkAlive));

    /// <inheritdoc/>
    public override Delegate CreateGetter(DataViewSchema.Column column, Func<float[]> current) => (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) =>
    {
        float[] numbers = current();
        var editor = VBufferEditor.Create(ref value, _length);
        numbers.CopyTo(editor.Values);
        editor.Values[numbers.Length..].Clear();
        value = editor.Commit();
    });
}
