namespace Microsoft.ML.SimpleDiffusion.Tests.Support;

/// <summary>A row to generate for.</summary>
internal sealed class Request
{
    public string Label { get; set; } = string.Empty;

    public long Seed { get; set; }
}
