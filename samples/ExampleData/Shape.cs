using SkiaSharp;

namespace ExampleData;

/// <summary>A class of the drawn data set.</summary>
/// <param name="Name">Its label.</param>
/// <param name="Hue">Its colour, 0 to 360.</param>
/// <param name="CreatePath">Its outline around the origin, for a radius.</param>
public sealed record Shape(string Name, float Hue, Func<float, SKPath> CreatePath)
{
    /// <summary>The ten classes.</summary>
    public static IReadOnlyList<Shape> All { get; } =
    [
        new("circle", 0, radius => Draw(path => path.AddCircle(0, 0, radius))),
        new("cross", 120, radius => Draw(path => AddCross(path, radius))),
        new("crescent", 265, Crescent),
        new("diamond", 185, radius => Polygon(4, radius * 1.1f, inner: null, turn: 0)),
        new("heart", 335, Heart),
        new("hexagon", 35, radius => Polygon(6, radius, inner: null, turn: 0)),
        new("ring", 210, radius => Ring(radius)),
        new("square", 230, radius => Polygon(4, radius * 1.15f, inner: null, turn: 45)),
        new("star", 50, radius => Polygon(5, radius * 1.35f, inner: radius * 0.6f, turn: 0)),
        new("triangle", 95, radius => Polygon(3, radius * 1.3f, inner: null, turn: 0)),
    ];

    private static SKPath Draw(Action<SKPath> add)
    {
        var path = new SKPath();
        add(path);
        return path;
    }

    private static void AddCross(SKPath path, float radius)
    {
        path.AddRect(SKRect.Create(-radius, -radius * 0.35f, 2 * radius, radius * 0.7f));
        path.AddRect(SKRect.Create(-radius * 0.35f, -radius, radius * 0.7f, 2 * radius));
    }

    /// <summary>A regular polygon, or a star if there is an inner radius.</summary>
    private static SKPath Polygon(int corners, float radius, float? inner, float turn)
    {
        int points = inner is null ? corners : 2 * corners;
        var path = new SKPath();
        path.AddPoly(Enumerable.Range(0, points).Select(Corner).ToArray(), close: true);
        return path;

        SKPoint Corner(int i)
        {
            double angle = ((i * 360.0 / points) + turn - 90) * Math.PI / 180;
            double distance = inner is float near && i % 2 == 1 ? near : radius;
            return new SKPoint((float)(distance * Math.Cos(angle)), (float)(distance * Math.Sin(angle)));
        }
    }

    private static SKPath Ring(float radius)
    {
        var path = new SKPath { FillType = SKPathFillType.EvenOdd };
        path.AddCircle(0, 0, radius * 1.1f);
        path.AddCircle(0, 0, radius * 0.6f);
        return path;
    }

    private static SKPath Crescent(float radius)
    {
        using var full = Draw(path => path.AddCircle(0, 0, radius * 1.1f));
        using var shadow = Draw(path => path.AddCircle(radius * 0.55f, 0, radius * 0.9f));
        return full.Op(shadow, SKPathOp.Difference);
    }

    private static SKPath Heart(float radius)
    {
        var path = new SKPath();
        path.MoveTo(0, radius * 1.1f);
        path.CubicTo(-radius * 1.9f, -radius * 0.1f, -radius * 0.9f, -radius * 1.5f, 0, -radius * 0.5f);
        path.CubicTo(radius * 0.9f, -radius * 1.5f, radius * 1.9f, -radius * 0.1f, 0, radius * 1.1f);
        path.Close();
        return path;
    }
}
