using System.Globalization;
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

    /// <summary>What a model knows, for errors.</summary>
    public static string Known(ConditionDescription condition)
    {
        string known = string.Join(", ", condition.ClassLabels.Take(MaxListed).Select(known => $"'{known}'"));
        string more = condition.ClassCount > MaxListed ? $", … ({condition.ClassCount} in all)" : string.Empty;
        return $"The model knows {known}{more}.";
    }

    private static InvalidOperationException Unknown(string label, long position, string columnName, ConditionDescription condition)
        => new($"Row {position} of column '{columnName}' asks for the class '{label}', which was not in the training data. {Known(condition)}");
}

/// <summary>The values behind the keys of a key column, as text.</summary>
internal static class KeyLabels
{
    private const string KeyValuesKind = "KeyValues";
    private const int MaxCount = 1_000_000;

    /// <summary>Text of each key, in the order of the keys; "1", "2", … for keys without values.</summary>
    public static string[] Of(DataViewSchema.Column column)
    {
        var type = (KeyDataViewType)column.Type;
        if (type.Count > MaxCount)
        {
            throw ColumnErrors.Mismatch("condition", column.Name, $"key of at most {MaxCount} values", $"key of {type.Count}");
        }

        if (column.Annotations.Schema.GetColumnOrNull(KeyValuesKind) is not { Type: VectorDataViewType values })
        {
            return Enumerable.Range(1, (int)type.Count).Select(i => i.ToString(CultureInfo.InvariantCulture)).ToArray();
        }

        return values.ItemType.RawType switch
        {
            var t when t == typeof(ReadOnlyMemory<char>) => Texts<ReadOnlyMemory<char>>(column),
            var t when t == typeof(int) => Texts<int>(column),
            var t when t == typeof(uint) => Texts<uint>(column),
            var t when t == typeof(long) => Texts<long>(column),
            var t when t == typeof(ulong) => Texts<ulong>(column),
            var t when t == typeof(short) => Texts<short>(column),
            var t when t == typeof(ushort) => Texts<ushort>(column),
            var t when t == typeof(byte) => Texts<byte>(column),
            var t when t == typeof(sbyte) => Texts<sbyte>(column),
            var t when t == typeof(float) => Texts<float>(column),
            var t when t == typeof(double) => Texts<double>(column),
            var t when t == typeof(bool) => Texts<bool>(column),
            var t => throw ColumnErrors.Mismatch("condition", column.Name, "key of text or number values", $"key of {t.Name} values"),
        };
    }

    private static string[] Texts<T>(DataViewSchema.Column column)
    {
        VBuffer<T> values = default;
        column.Annotations.GetValue(KeyValuesKind, ref values);
        return values.DenseValues().Select(value => Convert.ToString((object?)value is ReadOnlyMemory<char> text ? text.ToString() : value, CultureInfo.InvariantCulture) ?? string.Empty).ToArray();
    }
}
