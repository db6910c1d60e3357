using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.SimpleDiffusion.Tests.Support;

/// <summary>A generated row.</summary>
internal sealed class Prediction
{
    [ImageType(TinyData.Side, TinyData.Side)]
    public MLImage GeneratedImage { get; set; } = null!;

    public string Label { get; set; } = string.Empty;
}
