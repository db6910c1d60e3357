using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Data.Columns;

namespace Microsoft.ML.SimpleDiffusion.Text.DataViews;

/// <summary>The column that the transformer adds: embeddings [maxTokens, width], with zero rows behind the caption.</summary>
internal sealed class EmbeddingColumn
{
    private const string Role = "caption";

    private readonly int _index;
    private readonly int _length;

    /// <exception cref="ArgumentOutOfRangeException">The column of captions is missing or of the wrong type.</exception>
    public EmbeddingColumn(DataViewSchema input, T5EncoderOptions options, int width)
    {
        InputSchema = input;
        Caption = input.GetColumnOrNull(options.InputColumnName) ?? throw MissingCaption(options.InputColumnName);
        if (Caption.Type is not TextDataViewType)
        {
            throw WrongCaption(options.InputColumnName, Caption.Type.ToString()!);
        }

        _index = input.Count;
        var type = new VectorDataViewType(NumberDataViewType.Single, options.MaxTokens, width);
        _length = type.Size;
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(input);
        builder.AddColumn(options.OutputColumnName, type);
        Schema = builder.ToSchema();
    }

    public DataViewSchema InputSchema { get; }

    /// <summary>The input's columns, then ours.</summary>
    public DataViewSchema Schema { get; }

    /// <summary>The input's column of captions.</summary>
    public DataViewSchema.Column Caption { get; }

    public static ArgumentOutOfRangeException MissingCaption(string name) => ColumnErrors.Missing(Role, name);

    public static ArgumentOutOfRangeException WrongCaption(string name, string actual) => ColumnErrors.Mismatch(Role, name, "String", actual);

    public bool Is(DataViewSchema.Column column) => column.Index == _index;

    /// <summary>The input's columns among those given.</summary>
    public List<DataViewSchema.Column> PassedThrough(IEnumerable<DataViewSchema.Column> columns)
        => columns.Where(column => !Is(column)).Select(column => InputSchema[column.Index]).DistinctBy(column => column.Index).ToList();

    /// <param name="embedding">Gives the current row's embeddings, without padding.</param>
    public ValueGetter<VBuffer<float>> CreateGetter(Func<float[]> embedding) => (ref VBuffer<float> value) =>
    {
        float[] numbers = embedding();
        var editor = VBufferEditor.Create(ref value, _length);
        numbers.CopyTo(editor.Values);
        editor.Values[numbers.Length..].Clear();
        value = editor.Commit();
    };
}
