using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Experiments.Ablations;

/// <summary>Some pictures of each class, real or generated, in one PNG file.</summary>
internal static class PictureGrid
{
    private const int Rows = 3;
    private const int Channels = 3;

    /// <summary>Writes the first pictures of each class, a column per class in the order given. Where there are too few, the place stays white.</summary>
    public static void Write(IReadOnlyList<Picture> pictures, IReadOnlyList<string> classes, int size, string path)
    {
        var byClass = pictures.ToLookup(picture => picture.Label);
        byte[] white = [.. Enumerable.Repeat(byte.MaxValue, Channels * size * size)];
        var tiles = Enumerable.Range(0, Rows).SelectMany(row => classes.Select(label => byClass[label].ElementAtOrDefault(row)?.Pixels ?? white));
        byte[] png = ImageGrid.ToPng([.. tiles], new ImageSize(Channels, size, size), classes.Count);
        Files.Write(path, stream => stream.Write(png));
    }
}
