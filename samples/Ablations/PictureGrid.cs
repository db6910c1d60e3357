using SkiaSharp;

namespace Ablations;

/// <summary>Some pictures of each class in one small JPEG file.</summary>
internal static class PictureGrid
{
    public const int Rows = 3;
    private const int Gap = 2;
    private const int SmallestTile = 64;
    private const int Quality = 75;

    /// <summary>Writes the first pictures of each class, a column per class in the order given.</summary>
    public static void Write(IReadOnlyList<Picture> pictures, IReadOnlyList<string> classes, int size, string path)
    {
        // Small pictures are enlarged by a whole factor, so that each pixel stays a square.
        int tile = size * Math.Max(1, SmallestTile / size);
        var byClass = pictures.ToLookup(picture => picture.Label);
        using var surface = SKSurface.Create(new SKImageInfo((classes.Count * (tile + Gap)) + Gap, (Rows * (tile + Gap)) + Gap));
        surface.Canvas.Clear(SKColors.White);
        for (int column = 0; column < classes.Count; column++)
        {
            int row = 0;
            foreach (var picture in byClass[classes[column]].Take(Rows))
            {
                using var bitmap = Planes.ToBitmap(picture.Pixels, size);
                surface.Canvas.DrawBitmap(bitmap, SKRect.Create(Gap + (column * (tile + Gap)), Gap + (row * (tile + Gap)), tile, tile));
                row++;
            }
        }

        using var snapshot = surface.Snapshot();
        using var data = snapshot.Encode(SKEncodedImageFormat.Jpeg, Quality);
        WholeFile.Write(path, data.SaveTo);
    }
}
