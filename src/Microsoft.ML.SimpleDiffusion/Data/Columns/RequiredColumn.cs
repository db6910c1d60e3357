using Microsoft.ML.SimpleDiffusion.Interop.MLNet;

namespace Microsoft.ML.SimpleDiffusion.Data.Columns;

/// <summary>Checks columns before there is any data.</summary>
internal static class RequiredColumn
{
    /// <param name="input">What is known of the data.</param>
    /// <param name="role">What the column is for, such as image.</param>
    /// <param name="name">Its name.</param>
    /// <param name="expected">Types that it may have, for the error.</param>
    /// <param name="fits">Whether it has one.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is missing or of the wrong type.</exception>
    public static void Check(SchemaShape input, string role, string name, string expected, Func<SchemaShape.Column, bool> fits)
    {
        if (!input.TryFindColumn(name, out var column))
        {
            throw ColumnErrors.Missing(role, name);
        }

        if (!fits(column))
        {
            throw ColumnErrors.Mismatch(role, name, expected, SchemaShapes.Describe(column));
        }
    }
}

/// <summary>The errors of columns, in ML.NET's words.</summary>
internal static class ColumnErrors
{
    private const string Parameter = "inputSchema";

    /// <param name="role">What the column is for, such as image.</param>
    /// <param name="name">Its name.</param>
    public static ArgumentOutOfRangeException Missing(string role, string name) => new(Parameter, $"Could not find {role} column '{name}'");

    public static ArgumentOutOfRangeException Mismatch(string role, string name, string expected, string actual)
        => new(Parameter, $"Schema mismatch for {role} column '{name}': expected {expected}, got {actual}");
}
