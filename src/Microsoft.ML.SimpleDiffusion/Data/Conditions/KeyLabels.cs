using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Data.Columns;

namespace Microsoft.ML.SimpleDiffusion.Data.Conditions;

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
