using Microsoft.ML.SimpleDiffusion.Data.Imaging;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Measuring;

/// <summary>Images made very small, where there are no classes that a classifier could learn better features from.</summary>
/// <param name="size">Size of the images.</param>
internal sealed class CoarsePixels(ImageSize size) : IFeatureExtractor
{
    private const int Side = 8;

    public string Description => $"their pixels at {Side}×{Side}: without classes there is no classifier to tell what they show";

    public bool IsClassifier => false;

    public IReadOnlyList<FeatureRow> Extract(IEnumerable<ImageRow> images)
    {
        var small = size with { Height = Side, Width = Side };
        return images.Select(image => new FeatureRow
        {
            Features = Array.ConvertAll(PixelConverter.ToPlanar(Alpha.Premultiply(image.Pixels, size), size, small), value => value / 255f),
            Label = image.Label,
        }).ToList();
    }

    public void Dispose()
    {
    }
}
