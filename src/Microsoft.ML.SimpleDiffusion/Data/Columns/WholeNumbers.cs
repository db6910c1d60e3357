using Microsoft.ML.Data;

namespace Microsoft.ML.SimpleDiffusion.Data.Columns;

/// <summary>Reads keys and seeds, whatever whole numbers their column has.</summary>
internal static class WholeNumbers
{
    /// <summary>Whether a column holds whole numbers.</summary>
    public static bool Fits(DataViewType type) => type is NumberDataViewType && type.RawType is var raw && (raw == typeof(sbyte) || raw == typeof(byte) || raw == typeof(short)
        || raw == typeof(ushort) || raw == typeof(int) || raw == typeof(uint) || raw == typeof(long) || raw == typeof(ulong));

    /// <summary>Reads the current row's number. Of a key column that is the key itself: 1-based, 0 where it is missing. Negative numbers wrap around.</summary>
    public static Func<ulong> CreateGetter(DataViewRow row, DataViewSchema.Column column) => column.Type.RawType switch
    {
        var t when t == typeof(sbyte) => Create<sbyte>(row, column, value => (ulong)value),
        var t when t == typeof(short) => Create<short>(row, column, value => (ulong)value),
        var t when t == typeof(byte) => Create<byte>(row, column, value => value),
        var t when t == typeof(ushort) => Create<ushort>(row, column, value => value),
        var t when t == typeof(uint) => Create<uint>(row, column, value => value),
        var t when t == typeof(int) => Create<int>(row, column, value => (ulong)value),
        var t when t == typeof(long) => Create<long>(row, column, value => (ulong)value),
        _ => Create<ulong>(row, column, value => value),
    };

    private static Func<ulong> Create<T>(DataViewRow row, DataViewSchema.Column column, Func<T, ulong> widen)
        where T : struct
    {
        var getter = row.GetGetter<T>(column);
        return () =>
        {
            T value = default;
            getter(ref value);
            return widen(value);
        };
    }
}

/// <summary>Finds the column with the seeds.</summary>
internal static class SeedColumn
{
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or of another type.</exception>
    public static DataViewSchema.Column Find(DataViewSchema schema, string name)
    {
        var column = schema.GetColumnOrNull(name) ?? throw ColumnErrors.Missing("seed", name);
        var type = column.Type.RawType;
        return type == typeof(int) || type == typeof(uint) || type == typeof(long) || type == typeof(ulong)
            ? column
            : throw ColumnErrors.Mismatch("seed", name, "Int32, UInt32, Int64 or UInt64", column.Type.ToString()!);
    }
}
