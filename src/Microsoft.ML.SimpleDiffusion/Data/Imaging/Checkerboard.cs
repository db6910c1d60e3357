using SkiaSharp;

namespace Microsoft.ML.SimpleDiffusion.Data.Imaging;

/// <summary>What shows through transparent pixels: squares of two greys, as editors of images have it.</summary>
internal static class Checkerboard
{
    private const int Square = 8;

    public static void Draw(SKCanvas canvas, SKRect place)
    {
        using var light = new SKPaint { Color = new SKColor(0xe8, 0xe8, 0xe8) };
        using var dark = new SKPaint { Color = new SKColor(0xc4, 0xc4, 0xc4) };
        canvas.DrawRect(place, light);
        for (int y = 0; y * Square < place.Height; y++)
        {
            for (int x = y % 2; x * Square < place.Width; x += 2)
            {
                var square = SKRect.Create(place.Left + (x * Square), place.Top + (y * Square), Square, Square);
                square.Intersect(place);
                canvas.DrawRect(square, dark);
            }
        }
    }
}
