namespace Microsoft.ML.SimpleDiffusion.MiniLM.Tests.Support;

/// <summary>An encoded row.</summary>
internal sealed class EmbeddingRow
{
    public int Number { get; set; }

    public float[] TextEmbedding { get; set; } = [];
}
