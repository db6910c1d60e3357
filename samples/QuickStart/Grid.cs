using Microsoft.ML;
using Microsoft.ML.Data;
using SkiaSharp;

namespace QuickStart;

/// <summary>Generates pictures of every class and lays them out, one row per class with its name.</summary>
internal static class Grid
{
    private const int Gap = 4;
    private const int CaptionWidth = 96;
    private const int MinTile = 64;

    public static void Write(MLContext context, ITransformer model, IReadOnlyList<string> classes, int columns, string path)
    {
        var requests = context.Data.LoadFromEnumerable(classes.SelectMany(label => Enumerable.Repeat(new ImageExample { Label = label }, columns)));
        var generated = model.Transform(requests);
        var column = generated.Schema[nameof(GeneratedExample.GeneratedImage)];
        using var cursor = generated.GetRowCursor([column]);
        var getter = cursor.GetGetter<MLImage>(column);
        SKSurface? surface = null;
        int tile = 0;
        for (int i = 0; cursor.MoveNext(); i++)
        {
            MLImage image = null!;
            getter(ref image);
            if (surface is null)
            {
                // Small pictures are enlarged by a whole factor, so that each pixel stays a square.
                tile = image.Width * Math.Max(1, MinTile / image.Width);
                surface = SKSurface.Create(new SKImageInfo(CaptionWidth + (columns * (tile + Gap)) + Gap, (classes.Count * (tile + Gap)) + Gap));
                surface.Canvas.Clear(SKColors.White);
            }

            if (i % columns == 0)
            {
                DrawCaption(surface.Canvas, classes[i / columns], Gap + (i / columns * (tile + Gap)) + (tile / 2));
            }

            Draw(surface.Canvas, image, CaptionWidth + (i % columns * (tile + Gap)), Gap + (i / columns * (tile + Gap)), tile);
            image.Dispose();
        }

        Save(surface!, path);
    }

    private static void DrawCaption(SKCanvas canvas, string text, float middle)
    {
        using var paint = new SKPaint { Color = SKColors.Black, IsAntialias = true, TextSize = 15 };
        canvas.DrawText(text, Gap, middle + 5, paint);
    }

    private static void Draw(SKCanvas canvas, MLImage image, float x, float y, int tile)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        System.Runtime.InteropServices.Marshal.Copy(image.Pixels.ToArray(), 0, bitmap.GetPixels(), image.Pixels.Length);
        canvas.DrawBitmap(bitmap, SKRect.Create(x, y, tile, tile));
    }

    private static void Save(SKSurface surface, string path)
    {
        using (surface)
        {
            using var snapshot = surface.Snapshot();
            using var data = snapshot.Encode(SKEncodedImageFormat.Png, 100);
            using var file = File.Create(path);
            data.SaveTo(file);
        }
    }
}
