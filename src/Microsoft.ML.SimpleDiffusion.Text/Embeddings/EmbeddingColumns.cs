using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Data.Columns;
using Microsoft.ML.SimpleDiffusion.Generation.Views;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
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

    private readonly EncodingSettings _settings;
    private readonly CaptionTokenizer _tokenizer;
    private readonly Func<IReadOnlyList<int[]>, float[][]> _encode;
    private readonly RowWarnings _warnings;
    private readonly DataViewSchema.Column _caption;
    private readonly int _length;

    /// <param name="input">The input's columns.</param>
    /// <param name="settings">Columns and batches.</param>
    /// <param name="tokenizer">Splits captions.</param>
    /// <param name="encode">Makes embeddings of token ids, without padding.</param>
    /// <param name="width">Numbers per token.</param>
    /// <param name="warnings">Are told of captions that are cut.</param>
    /// <exception cref="ArgumentOutOfRangeException">The column of captions is missing or of the wrong type.</exception>
    public EmbeddingColumns(
        DataViewSchema input, EncodingSettings settings, CaptionTokenizer tokenizer, Func<IReadOnlyList<int[]>, float[][]> encode, int width, RowWarnings warnings)
        : base(input, builder => builder.AddColumn(settings.OutputColumnName, new VectorDataViewType(NumberDataViewType.Single, settings.MaxTokens, width)))
    {
        _settings = settings;
        _tokenizer = tokenizer;
        _encode = encode;
        _warnings = warnings;
        _length = settings.MaxTokens * width;
        _caption = input.GetColumnOrNull(settings.InputColumnName) ?? throw ColumnErrors.Missing(Role, settings.InputColumnName);
        if (_caption.Type is not TextDataViewType)
        {
            throw ColumnErrors.Mismatch(Role, settings.InputColumnName, Expected, _caption.Type.ToString()!);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<DataViewSchema.Column> Required => [_caption];

    /// <inheritdoc/>
    public override int WindowGrowth => 4;

    /// <inheritdoc/>
    public override int MaxWindowRows => _settings.ReadAheadRows;

    /// <summary>The input's columns and the embeddings, before there is any data.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column of captions is missing or of the wrong type.</exception>
    public static SchemaShape Shape(SchemaShape input, EncodingSettings settings)
    {
        RequiredColumn.Check(input, Role, settings.InputColumnName, Expected, column => column.Kind == VectorKind.Scalar && column.ItemType is TextDataViewType);
        return SchemaShapes.With(input, SchemaShapes.Column(settings.OutputColumnName, VectorKind.Vector, NumberDataViewType.Single));
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
            int[] ids = _tokenizer.Encode(text.Span, _settings.MaxTokens, out bool isCut);
            if (isCut)
            {
                _warnings.TellCut(
                    $"The text in row {row.Position} of column '{_caption.Name}'", $"{_settings.MaxTokens} tokens (MaxTokens)", () => _tokenizer.CountUsedCharacters(text.Span, _settings.MaxTokens));
            }

            return ids;
        };
    }

    /// <inheritdoc/>
    public override bool HasRoom(IReadOnlyList<int[]> requests) => requests.Sum(ids => (long)ids.Length) < (long)BatchesPerWindow * _settings.TokensPerBatch;

    /// <summary>Embeddings of captions, without padding.</summary>
    /// <inheritdoc/>
    public override IReadOnlyList<float[]> Answer(IReadOnlyList<int[]> requests) => _encode(requests);

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
