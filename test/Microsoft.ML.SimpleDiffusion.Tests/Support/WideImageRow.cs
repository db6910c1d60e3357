using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.SimpleDiffusion.Tests.Support;

/// <summary>A row with a picture of another size.</summary>
internal sealed class WideImageRow
{
    public string Label { get; set; } = string.Empty;

    public long Seed { get; set; }

    [ImageType(16, 32)]
    public MLImage Picture { get; set; } = null!;
}
