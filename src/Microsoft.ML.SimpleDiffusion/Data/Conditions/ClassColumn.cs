using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Data.Columns;

namespace Microsoft.ML.SimpleDiffusion.Data.Conditions;

/// <summary>Reads classes from a column of keys, or of the text of the labels. They are matched by their text, never by the number of a key.</summary>
internal static class ClassColumn
{
    public const string Expected = "key or text";

    private const int MaxListed = 10;

    public static bool Fits(DataViewType type) => type is KeyDataViewType or TextDataViewType;

    /// <summary>The class of the current row. Missing keys and empty texts ask for nothing in particular.</summary>
    /// <exception cref="InvalidOperationException">From the result: the row's class was not in the training data.</exception>
    public static Func<RowCondition> CreateGetter(DataViewRow row, DataViewSchema.Column column, ConditionDescription condition)
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
                return text.IsEmpty ? RowCondition.None : Find(text.ToString());
            };
        }

        string[] labels = KeyLabels.Of(column);
        var keyGetter = WholeNumbers.CreateGetter(row, column);
        return () =>
        {
            ulong key = keyGetter();
            return key == 0 ? RowCondition.None : Find(labels[key - 1]);
        };

        RowCondition Find(string label)
            => indices.TryGetValue(label, out int index) ? RowCondition.OfClass(index) : throw Unknown(label, row.Position, column.Name, condition);
    }

    private static InvalidOperationException Unknown(string label, long position, string columnName, ConditionDescription condition)
    {
        string known = string.Join(", ", condition.ClassLabels.Take(MaxListed).Select(known => $"'{known}'"));
        string more = condition.ClassCount > MaxListed ? $", … ({condition.ClassCount} in all)" : string.Empty;
        return new InvalidOperationException($"Row {position} of column '{columnName}' asks for the class '{label}', which was not in the training data. The model knows {known}{more}.");
    }
}
