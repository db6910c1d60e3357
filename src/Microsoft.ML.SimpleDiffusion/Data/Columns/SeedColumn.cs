namespace Microsoft.ML.SimpleDiffusion.Data.Columns;

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
