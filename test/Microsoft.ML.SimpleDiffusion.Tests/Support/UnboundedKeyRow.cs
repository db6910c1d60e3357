using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Tests.Support;

/// <summary>A picture whose class is one of two billion.</summary>
internal sealed class UnboundedKeyRow
{
    [VectorType(3, TinyData.Side, TinyData.Side)]
    public byte[] Image { get; set; } = [];

    [KeyType(2_000_000_000)]
    public uint Label { get; set; } = 1;
}
