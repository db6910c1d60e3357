namespace Microsoft.ML.SimpleDiffusion.Data.Columns;

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
