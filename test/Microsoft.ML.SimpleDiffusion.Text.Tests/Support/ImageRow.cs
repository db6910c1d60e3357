using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.SimpleDiffusion.Text.Tests.Support;

/// <summary>A captioned picture.</summary>
internal sealed class ImageRow
{
    public string Caption { get; set; } = "red";

    [ImageType(1, 1)]
    public MLImage? Image { get; set; }
}
