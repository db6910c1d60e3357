namespace Microsoft.ML.SimpleDiffusion.Text.TestHost;

/// <summary>The row that is encoded.</summary>
internal sealed class Row
{
    public string Caption { get; set; } = string.Empty;
}
