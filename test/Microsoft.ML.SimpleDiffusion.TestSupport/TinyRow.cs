using Microsoft.ML.Data;

namespace Microsoft.ML.SimpleDiffusion.TestSupport;

/// <summary>A training example: an 8×8 picture as a pixel vector, and its colour's name.</summary>
internal sealed class TinyRow
{
    [VectorType(3, TinyData.Side, TinyData.Side)]
    public byte[] Image { get; set; } = [];

    public string Label { get; set; } = string.Empty;

    public long Seed { get; set; }
}
