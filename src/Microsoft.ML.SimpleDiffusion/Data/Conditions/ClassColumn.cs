using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Data.Columns;

namespace Microsoft.ML.SimpleDiffusion.Data.Conditions;

/// <summary>Reads classes from a column of keys, of the text of the labels, or of the numbers that they are. They are matched by their text, never by the number of a key.</summary>
internal static class ClassColumn
{
    /// <summary>Types of a column that asks for classes. Whole numbers are such only where they are the labels.</summary>
    public static string Expected(ConditionDescription condition) => ClassLabels.Numbers(condition.ClassLabels) is null ? "key or text" : "key, text or whole number";

    public static bool Fits(DataViewType type, ConditionDescription condition)
        => type is KeyDataViewType or TextDataViewType || (WholeNumbers.Fits(type) && ClassLabels.Numbers(condition.ClassLabels) is not null);

    /// <summary>The class of the current row. Missing keys and empty texts ask for nothing in particular.</summary>
    /// <param name="row">The row or cursor.</param>
    /// <param name="column">The column.</param>
    /// <param name="condition">The classes.</param>
    /// <param name="warnings">Are told of missing keys, which are not always meant; null: nobody is.</param>
    /// <exception cref="InvalidOperationException">From the result: the row's class was not in the training data.</exception>
    public static Func<RowCondition> CreateGetter(DataViewRow row, DataViewSchema.Column column, ConditionDescription condition, RowWarnings? warnings)
    {
        var indices = ClassLabels.Places(condition.ClassLabels);
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

        var numberGetter = WholeNumbers.CreateGetter(row, column);
        if (column.Type is not KeyDataViewType)
        {
            var numbers = ClassLabels.Numbers(condition.ClassLabels)!;
            return () => (long)numberGetter() is var number && numbers.TryGetValue(number, out int index)
                ? RowCondition.OfClass(index)
                : throw Unknown(number.ToString(CultureInfo.InvariantCulture), row.Position, column.Name, condition);
        }

        string[] labels = KeyLabels.Of(column);
        return () =>
        {
            ulong key = numberGetter();
            if (key > 0)
            {
                return Find(labels[key - 1]);
            }

            warnings?.Tell(
                RowWarning.MissingClass,
                () => $"Row {row.Position} of column '{column.Name}' has no class, so its image is of nothing in particular: "
                + "MapValueToKey makes a missing key of an empty value and of one that it was not fitted on. Whether other rows have none is not said again.");
            return RowCondition.None;
        };

        RowCondition Find(string label)
            => indices.TryGetValue(label, out int index) ? RowCondition.OfClass(index) : throw Unknown(label, row.Position, column.Name, condition);
    }

    /// <summary>What a model knows, for errors.</summary>
    public static string Known(ConditionDescription condition) => $"The model knows {ClassLabels.List(condition.ClassLabels)}.";

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
