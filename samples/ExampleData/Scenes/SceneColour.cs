using SkiaSharp;

namespace ExampleData.Scenes;

/// <summary>A colour with a name.</summary>
/// <param name="Name">The word for it.</param>
/// <param name="Hue">Its hue, 0 to 360.</param>
/// <param name="Saturation">Its least saturation, 0 to 80.</param>
/// <param name="Value">Its least brightness, 0 to 80.</param>
public sealed record SceneColour(string Name, float Hue, float Saturation, float Value)
{
    private const float HueSpread = 14;
    private const float Spread = 20;

    /// <summary>A shade of it.</summary>
    public SKColor Shade(Random random) => SKColor.FromHsv(
        (Hue + ((random.NextSingle() - 0.5f) * HueSpread) + 360) % 360,
        Saturation + (random.NextSingle() * Spread),
        Value + (random.NextSingle() * Spread));
}
