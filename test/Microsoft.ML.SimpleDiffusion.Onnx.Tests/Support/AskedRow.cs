using Microsoft.ML.Data;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Tests.Support;

/// <summary>A row that images are asked for with.</summary>
internal sealed class AskedRow
{
    public string Label { get; set; } = string.Empty;

    public string Negative { get; set; } = string.Empty;

    public long Seed { get; set; }

    public bool IsPortrait { get; set; }

    [VectorType(4, NetworkCase.EmbeddingWidth)]
    public float[] Embeddings { get; set; } = new float[4 * NetworkCase.EmbeddingWidth];

    [VectorType(3, 16, 16)]
    public byte[] Picture { get; set; } = new byte[3 * 16 * 16];

    [VectorType(1, 16, 16)]
    public byte[] Mask { get; set; } = new byte[16 * 16];

    /// <summary>Rows of all kinds.</summary>
    public static IDataView View(MLContext context, int count = 6) => context.Data.LoadFromEnumerable(Rows(count));

    public static List<AskedRow> Rows(int count) => [.. Enumerable.Range(0, count).Select(i => new AskedRow
    {
        Label = i == 2 ? string.Empty : $"{(char)('a' + (i % 3))}",
        Negative = i == 1 ? string.Empty : $"{(char)('a' + ((i + 1) % 3))}",
        Seed = 10 + i,
        IsPortrait = i % 2 == 1,
        Embeddings = [.. Enumerable.Range(0, 4 * NetworkCase.EmbeddingWidth).Select(k => k < i % 3 * NetworkCase.EmbeddingWidth ? MathF.Sin(k + i) : 0)],
        Picture = [.. Enumerable.Range(0, 3 * 16 * 16).Select(k => (byte)((k * 7) + (i * 31)))],
        Mask = [.. Enumerable.Range(0, 16 * 16).Select(k => (byte)(k % 16 < 6 + i ? 255 : 0))],
    })];
}
