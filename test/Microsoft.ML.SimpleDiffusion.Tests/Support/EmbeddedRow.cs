using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Tests.Support;

/// <summary>A training example with embeddings: three tokens of two numbers.</summary>
internal sealed class EmbeddedRow
{
    [VectorType(3, TinyData.Side, TinyData.Side)]
    public byte[] Image { get; set; } = [];

    [VectorType(3, 2)]
    public float[] Label { get; set; } = [];

    /// <summary>The same as a single token.</summary>
    [VectorType(6)]
    public float[] Sentence => Label;

    public long Seed { get; set; }
}
