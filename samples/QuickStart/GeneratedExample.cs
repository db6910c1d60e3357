using Microsoft.ML.Data;

namespace QuickStart;

/// <summary>A generated picture as a prediction engine returns it.</summary>
internal sealed class GeneratedExample
{
    // The attribute's size only has to be there; the image keeps its own.
    [Microsoft.ML.Transforms.Image.ImageType(32, 32)]
    public MLImage GeneratedImage { get; set; } = null!;
}
