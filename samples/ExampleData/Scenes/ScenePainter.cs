using SkiaSharp;

namespace ExampleData.Scenes;

/// <summary>Draws scenes: what the caption says is fixed; shade, place, size and angle vary a little.</summary>
public static class ScenePainter
{
    /// <summary>Numbers below are pixels of a picture with this side.</summary>
    private const float Side = 32;
    private const float Near = 8.3f;
    private const float Far = Side - Near;
    private const float PlaceSpread = 1.4f;
    private const float Angle = 12;

    /// <summary>The side of a picture of one object, in the same pixels: it fills more of it.</summary>
    private const float SideOfOne = 18;

    /// <summary>Planar RGB [3, size, size], 0 to 255.</summary>
    public static byte[] Paint(Layout layout, int size, Random random)
    {
        return Paint(size, Side, random, canvas =>
        {
            PaintObject(canvas, layout.Leading, Place(layout.IsVertical, Near), random);
            PaintObject(canvas, layout.Trailing, Place(layout.IsVertical, Far), random);
        });
    }

    /// <summary>One object in the middle. Planar RGB [3, size, size], 0 to 255.</summary>
    public static byte[] Paint(SceneObject what, int size, Random random)
        => Paint(size, SideOfOne, random, canvas => PaintObject(canvas, what, new SKPoint(SideOfOne / 2, SideOfOne / 2), random));

    private static byte[] Paint(int size, float side, Random random, Action<SKCanvas> paint)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(size, size, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(SKColor.FromHsv(random.NextSingle() * 360, 2 + (random.NextSingle() * 8), 92 + (random.NextSingle() * 8)));
        canvas.Scale(size / side);
        paint(canvas);
        return Planes.FromRgba(bitmap.GetPixelSpan(), size);
    }

    /// <summary>The middle of an object, before it varies.</summary>
    private static SKPoint Place(bool isVertical, float along) => isVertical ? new(Side / 2, along) : new(along, Side / 2);

    private static void PaintObject(SKCanvas canvas, SceneObject what, SKPoint place, Random random)
    {
        float radius = what.IsSmall ? 3.4f + (random.NextSingle() * 0.5f) : 5.5f + (random.NextSingle() * 0.7f);
        using var paint = new SKPaint { IsAntialias = true, Color = Vocabulary.Colours[what.Colour].Shade(random) };
        using var outline = Vocabulary.Shapes[what.Shape].CreatePath(radius);

        // A triangle's box lies above its origin: boxes are what is put in place.
        using var restore = new SKAutoCanvasRestore(canvas);
        canvas.Translate(place.X + Offset(), place.Y + Offset());
        canvas.RotateDegrees((random.NextSingle() - 0.5f) * Angle);
        canvas.Translate(-outline.Bounds.MidX, -outline.Bounds.MidY);
        canvas.DrawPath(outline, paint);

        float Offset() => (random.NextSingle() - 0.5f) * PlaceSpread;
    }
}
