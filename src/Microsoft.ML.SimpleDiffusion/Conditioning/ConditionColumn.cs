using Microsoft.ML.Data;

namespace Microsoft.ML.SimpleDiffusion.Conditioning;

/// <summary>Reads classes from a condition column.</summary>
internal static class ConditionColumn
{
    private const int MaxListed = 10;

    /// <summary>What the training data says that images are of.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or no key.</exception>
    public static ConditionDescription Describe(DataViewSchema schema, SimpleDiffusionOptions options)
    {
        if (options.ConditionColumnName is not string name)
        {
            return ConditionDescription.None;
        }

        var column = schema.GetColumnOrNull(name) ?? throw ColumnErrors.Missing("condition", name);
        return column.Type is KeyDataViewType
            ? new ConditionDescription { Kind = ConditionKind.Class, ClassLabels = KeyLabels.Of(column) }
            : throw ColumnErrors.Mismatch("condition", name, "key (MapValueToKey makes one)", column.Type.ToString()!);
    }

    /// <summary>Finds the column that tells what to generate: keys, or the text of the labels.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or of another type.</exception>
    public static DataViewSchema.Column FindForGeneration(DataViewSchema schema, string name, string role = "condition")
    {
        var column = schema.GetColumnOrNull(name) ?? throw ColumnErrors.Missing(role, name);
        return column.Type is KeyDataViewType or TextDataViewType
            ? column
            : throw ColumnErrors.Mismatch(role, name, "key or text", column.Type.ToString()!);
    }

    /// <summary>
    /// The class index of the current row. Classes are matched by their text, never by the number of a key. Rows without a class get
    /// <see cref="ConditionDescription.ClassCount"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">From the result: the row's class was not in the training data.</exception>
    public static Func<int> CreateClassGetter(DataViewRow row, DataViewSchema.Column column, ConditionDescription condition)
    {
        var indices = new Dictionary<string, int>();
        for (int i = 0; i < condition.ClassCount; i++)
        {
            indices.TryAdd(condition.ClassLabels[i], i);
        }

        if (column.Type is TextDataViewType)
        {
            var getter = row.GetGetter<ReadOnlyMemory<char>>(column);
            return () =>
            {
                ReadOnlyMemory<char> text = default;
                getter(ref text);
                return text.IsEmpty ? condition.ClassCount : Find(text.ToString());
            };
        }

        string[] labels = KeyLabels.Of(column);
        var keyGetter = WholeNumbers.CreateGetter(row, column);
        return () =>
        {
            ulong key = keyGetter();
            return key == 0 ? condition.ClassCount : Find(labels[key - 1]);
        };

        int Find(string label) => indices.TryGetValue(label, out int index) ? index : throw Unknown(label, row.Position, column.Name, condition);
    }

    private static InvalidOperationException Unknown(string label, long position, string columnName, ConditionDescription condition)
    {
        string known = string.Join(", ", condition.ClassLabels.Take(MaxListed).Select(known => $"'{known}'"));
        string more = condition.ClassCount > MaxListed ? $", … ({condition.ClassCount} in all)" : string.Empty;
        return new InvalidOperationException($"Row {position} of column '{columnName}' asks for the class '{label}', which was not in the training data. The model knows {known}{more}.");
    }
}
