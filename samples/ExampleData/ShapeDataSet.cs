using SkiaSharp;

namespace ExampleData;

/// <summary>Draws a labelled data set: ten classes of coloured shapes, PNG files in a folder per class, the same on every machine.</summary>
public static class ShapeDataSet
{
    private const int PerClass = 150;
    private const int Side = 32;

    /// <summary>Draws what is not there yet.</summary>
    /// <returns>The folder.</returns>
    public static string Draw(string folder)
    {
        foreach (var shape in Shape.All)
        {
            string classFolder = Path.Combine(folder, shape.Name);
            Directory.CreateDirectory(classFolder);
            for (int i = 0; i < PerClass; i++)
            {
                string path = Path.Combine(classFolder, $"{i:D3}.png");
                if (!File.Exists(path))
                {
                    DrawPicture(shape, new Random(i), path);
                }
            }
        }

        return folder;
    }

    private static void DrawPicture(Shape shape, Random random, string path)
    {
        using var surface = SKSurface.Create(new SKImageInfo(Side, Side, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var canvas = surface.Canvas;

        // A bright background of any tint, and a shape of the class's hue that varies in shade, size, place and angle.
        canvas.Clear(SKColor.FromHsv(random.NextSingle() * 360, 4 + (random.NextSingle() * 10), 90 + (random.NextSingle() * 10)));
        float hue = (shape.Hue + (random.NextSingle() * 16) + 352) % 360;
        using var paint = new SKPaint { IsAntialias = true, Color = SKColor.FromHsv(hue, 75 + (random.NextSingle() * 25), 65 + (random.NextSingle() * 30)) };
        float radius = Side * (0.28f + (random.NextSingle() * 0.08f));
        canvas.Translate(Offset(), Offset());
        canvas.RotateDegrees((random.NextSingle() - 0.5f) * 16);
        using var outline = shape.CreatePath(radius);
        canvas.DrawPath(outline, paint);

        using var image = surface.Snapshot();
        using var data = image.Encode(SKEncodedImageFormat.Png, 100);
        using var file = File.Create(path);
        data.SaveTo(file);

        float Offset() => (Side / 2f) + ((random.NextSingle() - 0.5f) * Side * 0.1f);
    }
}
