using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Tests.Support;

/// <summary>A row with a picture to start from and a mask.</summary>
internal sealed class InputImageRow
{
    public string Label { get; set; } = string.Empty;

    public long Seed { get; set; }

    [VectorType(3, TinyData.Side, TinyData.Side)]
    public byte[] Picture { get; set; } = [];

    [VectorType(1, TinyData.Side, TinyData.Side)]
    public byte[] Mask { get; set; } = new byte[TinyData.Side * TinyData.Side];
}
