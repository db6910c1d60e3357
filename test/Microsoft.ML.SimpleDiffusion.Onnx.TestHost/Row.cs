namespace Microsoft.ML.SimpleDiffusion.Onnx.TestHost;

/// <summary>The row that is asked for.</summary>
internal sealed class Row
{
    public string Label { get; set; } = string.Empty;

    public long Seed { get; set; }
}
