using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Text.Embeddings;
using VectorKind = Microsoft.ML.SchemaShape.Column.VectorKind;

namespace Microsoft.ML.SimpleDiffusion.Text.Interop;

/// <summary>Checks and makes schema shapes, which is what estimators know of data before there is any.</summary>
internal static class T5SchemaShape
{
    public static SchemaShape Of(DataViewSchema schema) => SchemaShape.Create(schema);

    /// <summary>The input's columns and the embeddings.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column of captions is missing or of the wrong type.</exception>
    public static SchemaShape ForOutput(SchemaShape input, T5EncoderOptions options)
    {
        if (!input.TryFindColumn(options.InputColumnName, out var caption))
        {
            throw EmbeddingColumns.MissingCaption(options.InputColumnName);
        }

        if (caption.Kind != VectorKind.Scalar || caption.ItemType is not TextDataViewType)
        {
            throw EmbeddingColumns.WrongCaption(options.InputColumnName, caption.GetTypeString());
        }

        var columns = input.ToDictionary(column => column.Name);
        columns[options.OutputColumnName] = new SchemaShape.Column(
            options.OutputColumnName, VectorKind.Vector, NumberDataViewType.Single, isKey: false, annotations: null);
        return new SchemaShape(columns.Values);
    }
}
