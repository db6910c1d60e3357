using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using SkiaSharp;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Content;

/// <summary>Images side by side in one PNG file, with transparent gaps.</summary>
/// <param name="Png">The file.</param>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Count">Number of images.</param>
internal sealed record ImageStrip(byte[] Png, int Width, int Height, int Count)
{
    /// <summary>Longest side of an image in a report: pages of many large images would take megabytes.</summary>
    public const int LargestSide = 96;

    private const int Gap = 1;

    /// <summary>Draws images beside each other. Those above <see cref="LargestSide"/> are made smaller.</summary>
    /// <param name="images">At least one, planar [C, H, W], 0 to 255.</param>
    /// <param name="size">C, H and W.</param>
    public static ImageStrip Draw(IReadOnlyList<byte[]> images, ImageSize size)
    {
        double scale = Math.Min(1, (double)LargestSide / Math.Max(size.Height, size.Width));
        int width = Math.Max(1, (int)(size.Width * scale)), height = Math.Max(1, (int)(size.Height * scale));
        var drawn = size with { Height = height, Width = width };
        using var strip = new SKBitmap(new SKImageInfo((images.Count * (width + Gap)) - Gap, height, SKColorType.Rgba8888, SKAlphaType.Premul));
        strip.Erase(SKColors.Transparent);
        using (var canvas = new SKCanvas(strip))
        {
            for (int i = 0; i < images.Count; i++)
            {
                using var image = PixelConverter.ToBitmap(PixelConverter.ToPlanar(Alpha.Premultiply(images[i], size), size, drawn), drawn);
                canvas.DrawBitmap(image, i * (width + Gap), 0);
            }
        }

        using var data = strip.Encode(SKEncodedImageFormat.Png, quality: 100);
        return new ImageStrip(data.ToArray(), strip.Width, strip.Height, images.Count);
    }
}
