using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Data.Columns;
using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using VectorKind = Microsoft.ML.SchemaShape.Column.VectorKind;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Columns;

/// <summary>Reads classes by their text, whether the column has keys or the texts themselves.</summary>
internal static class LabelColumn
{
    private const string Role = "label";
    private const string Expected = "key or text";

    /// <summary>Checks the column before there is any data.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is missing or neither key nor text.</exception>
    public static void Check(SchemaShape input, string name)
        => RequiredColumn.Check(input, Role, name, Expected, column => column.Kind == VectorKind.Scalar && (column.IsKey || column.ItemType is TextDataViewType));

    /// <exception cref="ArgumentOutOfRangeException">The column is missing or neither key nor text.</exception>
    public static DataViewSchema.Column Find(DataViewSchema schema, string name)
    {
        var column = schema.GetColumnOrNull(name) ?? throw ColumnErrors.Missing(Role, name);
        return column.Type is KeyDataViewType or TextDataViewType
            ? column
            : throw ColumnErrors.Mismatch(Role, name, Expected, column.Type.ToString()!);
    }

    /// <summary>Text of the current row's class, or null if the row has none.</summary>
    public static Func<string?> CreateGetter(DataViewRow row, DataViewSchema.Column column)
    {
        if (column.Type is TextDataViewType)
        {
            var getter = row.GetGetter<ReadOnlyMemory<char>>(column);
            return () =>
            {
                ReadOnlyMemory<char> text = default;
                getter(ref text);
                return text.IsEmpty ? null : text.ToString();
            };
        }

        string[] labels = KeyLabels.Of(column);
        var keyGetter = WholeNumbers.CreateGetter(row, column);
        return () => keyGetter() is var key and > 0 ? labels[key - 1] : null;
    }
}
