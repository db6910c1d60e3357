namespace Microsoft.ML.SimpleDiffusion.MiniLM.Tests.Support;

/// <summary>A row to encode.</summary>
internal sealed class CaptionRow
{
    public int Number { get; set; }

    public string? Caption { get; set; }
}
