using Microsoft.ML.Data;
using SkiaSharp;

namespace Microsoft.ML.SimpleDiffusion.Data.Imaging;

/// <summary>Turns planar pixels into ML.NET images and files.</summary>
internal static class ImageEncoder
{
    /// <param name="planar">Pixels [C, H, W], 0 to 255.</param>
    /// <param name="size">C, H and W.</param>
    /// <returns>A PNG file.</returns>
    public static byte[] ToPng(ReadOnlySpan<byte> planar, ImageSize size)
    {
        using var bitmap = PixelConverter.ToBitmap(planar, size);
        return ToPng(bitmap);
    }

    public static byte[] ToPng(SKBitmap bitmap)
    {
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
        return data.ToArray();
    }

    /// <param name="planar">Pixels [C, H, W], 0 to 255.</param>
    /// <param name="size">C, H and W.</param>
    public static MLImage ToMLImage(ReadOnlySpan<byte> planar, ImageSize size)
    {
        var pixels = new byte[4 * size.Height * size.Width];
        PixelConverter.Interleave(planar, size, pixels);
        return MLImage.CreateFromPixels(size.Width, size.Height, MLPixelFormat.Rgba32, pixels);
    }
}

/// <summary>Lays out images in rows and columns.</summary>
internal static class ImageGrid
{
    private const int Gap = 2;
    private const int MinTile = 64;

    /// <summary>As many as an image may have that is read.</summary>
    private const long MaxPixels = 1L << 28;

    /// <summary>Whether a grid is of a size that can be drawn.</summary>
    public static bool Fits(ImageSize size, int rows, int columns)
    {
        int scale = Scale(size);
        return ((columns * ((long)(size.Width * scale) + Gap)) + Gap) * (decimal)((rows * ((long)(size.Height * scale) + Gap)) + Gap) <= MaxPixels;
    }

    /// <summary>Draws a grid on white, row by row; transparent images on a checkerboard. Small images are enlarged by a whole factor, so that each pixel stays a square.</summary>
    /// <param name="images">Images, planar [C, H, W], 0 to 255.</param>
    /// <param name="size">C, H and W.</param>
    /// <param name="columns">Images per row.</param>
    /// <returns>A PNG file.</returns>
    public static byte[] ToPng(IReadOnlyList<byte[]> images, ImageSize size, int columns)
    {
        int scale = Scale(size);
        int width = size.Width * scale, height = size.Height * scale;
        int rows = (images.Count + columns - 1) / columns;
        using var grid = new SKBitmap(new SKImageInfo((columns * (width + Gap)) + Gap, (rows * (height + Gap)) + Gap, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(grid))
        {
            canvas.Clear(SKColors.White);
            for (int i = 0; i < images.Count; i++)
            {
                using var image = PixelConverter.ToBitmap(images[i], size);
                var place = SKRect.Create(Gap + (i % columns * (width + Gap)), Gap + (i / columns * (height + Gap)), width, height);
                if (size.HasAlpha)
                {
                    Checkerboard.Draw(canvas, place);
                }

                canvas.DrawBitmap(image, place);
            }
        }

        return ImageEncoder.ToPng(grid);
    }

    private static int Scale(ImageSize size) => Math.Max(1, MinTile / Math.Max(size.Height, size.Width));
}
