using Microsoft.ML.Data;
using SkiaSharp;

namespace Microsoft.ML.SimpleDiffusion.Data.Imaging;

/// <summary>
/// Brings images of any size and form to planar bytes of the size that a model needs: transparency kept or on white, cropped around the centre to the
/// aspect ratio, resized with an antialiasing filter, grey as luma.
/// </summary>
internal static class PixelConverter
{
    /// <summary>From an ML.NET image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="format">Format to bring it to.</param>
    /// <param name="origin">How it is to be turned before.</param>
    public static PlanarImage ToPlanar(MLImage image, TargetFormat format, SKEncodedOrigin origin = SKEncodedOrigin.TopLeft)
    {
        var type = image.PixelFormat switch
        {
            MLPixelFormat.Rgba32 => SKColorType.Rgba8888,
            MLPixelFormat.Bgra32 => SKColorType.Bgra8888,
            _ => throw new ImageFormatException($"its pixel format {image.PixelFormat} is not known"),
        };
        using var bitmap = new SKBitmap(new SKImageInfo(image.Width, image.Height, type, SKAlphaType.Premul));
        image.Pixels.CopyTo(PixelsOf(bitmap));
        using var upright = Orientation.Apply(bitmap, origin);
        return ToPlanar(upright, format);
    }

    /// <summary>From planar pixels [C, H, W] of any height and width.</summary>
    public static PlanarImage ToPlanar(ReadOnlySpan<byte> planar, ImageSize from, TargetFormat format)
    {
        var size = format.For(from.Width, from.Height);
        return new PlanarImage(ToPlanar(planar, from, size), size);
    }

    /// <summary>From planar pixels [C, H, W] of another height and width.</summary>
    public static byte[] ToPlanar(ReadOnlySpan<byte> planar, ImageSize from, ImageSize size)
    {
        if (from == size)
        {
            return planar.ToArray();
        }

        if (from.IsPicture)
        {
            using var bitmap = ToBitmap(planar, from);
            return ToPlanar(bitmap, size);
        }

        var pixels = new byte[size.Length];
        int fromArea = from.Height * from.Width, area = size.Height * size.Width;
        for (int channel = 0; channel < size.Channels; channel++)
        {
            ToPlanar(planar.Slice(channel * fromArea, fromArea), @from with { Channels = 1 }, size with { Channels = 1 }).CopyTo(pixels, channel * area);
        }

        return pixels;
    }

    /// <inheritdoc cref="ToPlanar(SKBitmap, ImageSize)"/>
    public static PlanarImage ToPlanar(SKBitmap bitmap, TargetFormat format)
    {
        var size = format.For(bitmap.Width, bitmap.Height);
        return new PlanarImage(ToPlanar(bitmap, size), size);
    }

    /// <summary>From a bitmap with 8 bits for each of red, green, blue and premultiplied alpha.</summary>
    public static byte[] ToPlanar(SKBitmap bitmap, ImageSize size)
    {
        if (!size.HasAlpha)
        {
            ComposeOnWhite(bitmap);
        }

        if (bitmap.Width == size.Width && bitmap.Height == size.Height)
        {
            return Planes(bitmap, size);
        }

        using var source = bitmap.PeekPixels();
        using var cropped = source.ExtractSubset(CentreCrop(bitmap.Width, bitmap.Height, size));
        using var resized = new SKBitmap(bitmap.Info.WithSize(size.Width, size.Height));
        using var destination = resized.PeekPixels();
        return cropped.ScalePixels(destination, SKFilterQuality.High)
            ? Planes(resized, size)
            : throw new ImageFormatException("it cannot be resized");
    }

    /// <summary>The bitmap of planar pixels [C, H, W]. The caller owns it.</summary>
    public static SKBitmap ToBitmap(ReadOnlySpan<byte> planar, ImageSize size)
    {
        var bitmap = new SKBitmap(new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, size.HasAlpha ? SKAlphaType.Premul : SKAlphaType.Opaque));
        Interleave(planar, size, PixelsOf(bitmap));
        return bitmap;
    }

    /// <summary>
    /// Red, green, blue and premultiplied alpha of each pixel. A colour that a model has made brighter than its alpha allows is as bright as it may be. Of channels
    /// without a meaning the first three are shown, or the first.
    /// </summary>
    /// <param name="planar">Pixels [C, H, W].</param>
    /// <param name="size">C, H and W.</param>
    /// <param name="rgba">Gets four bytes for each pixel.</param>
    public static void Interleave(ReadOnlySpan<byte> planar, ImageSize size, Span<byte> rgba)
    {
        int area = size.Height * size.Width, green = size.Channels < 3 ? 0 : area, blue = 2 * green;
        for (int i = 0; i < area; i++)
        {
            byte alpha = size.HasAlpha ? planar[(3 * area) + i] : byte.MaxValue;
            rgba[4 * i] = Math.Min(planar[i], alpha);
            rgba[(4 * i) + 1] = Math.Min(planar[green + i], alpha);
            rgba[(4 * i) + 2] = Math.Min(planar[blue + i], alpha);
            rgba[(4 * i) + 3] = alpha;
        }
    }

    /// <summary>The largest part around the centre that has the aspect ratio of the target.</summary>
    private static SKRectI CentreCrop(int width, int height, ImageSize size)
    {
        int cropWidth = (int)Math.Clamp(Math.Round((double)height * size.Width / size.Height), 1, width);
        int cropHeight = (int)Math.Clamp(Math.Round((double)width * size.Height / size.Width), 1, height);
        return SKRectI.Create((width - cropWidth) / 2, (height - cropHeight) / 2, cropWidth, cropHeight);
    }

    /// <summary>Premultiplied colour over white is colour + (255 - alpha).</summary>
    private static void ComposeOnWhite(SKBitmap bitmap)
    {
        if (bitmap.AlphaType == SKAlphaType.Opaque)
        {
            return;
        }

        var pixels = PixelsOf(bitmap);
        for (int i = 0; i < pixels.Length; i += 4)
        {
            int missing = byte.MaxValue - pixels[i + 3];
            if (missing > 0)
            {
                pixels[i] = (byte)Math.Min(pixels[i] + missing, byte.MaxValue);
                pixels[i + 1] = (byte)Math.Min(pixels[i + 1] + missing, byte.MaxValue);
                pixels[i + 2] = (byte)Math.Min(pixels[i + 2] + missing, byte.MaxValue);
                pixels[i + 3] = byte.MaxValue;
            }
        }
    }

    private static byte[] Planes(SKBitmap bitmap, ImageSize size)
    {
        var pixels = PixelsOf(bitmap);
        var planes = new byte[size.Length];
        int area = size.Height * size.Width;
        bool isBgra = bitmap.ColorType == SKColorType.Bgra8888;
        int redAt = isBgra ? 2 : 0, blueAt = isBgra ? 0 : 2;
        for (int i = 0; i < area; i++)
        {
            byte red = pixels[(4 * i) + redAt], green = pixels[(4 * i) + 1], blue = pixels[(4 * i) + blueAt];
            if (size.Channels == 1)
            {
                // Luma of ITU-R BT.601 in 8-bit fixed point; the weights add up to 256.
                planes[i] = (byte)(((77 * red) + (150 * green) + (29 * blue) + 128) >> 8);
            }
            else
            {
                planes[i] = red;
                planes[area + i] = green;
                planes[(2 * area) + i] = blue;
                if (size.HasAlpha)
                {
                    planes[(3 * area) + i] = pixels[(4 * i) + 3];
                }
            }
        }

        return planes;
    }

    private static unsafe Span<byte> PixelsOf(SKBitmap bitmap) => new((void*)bitmap.GetPixels(), bitmap.ByteCount);
}

/// <summary>An image that is as large as the model's images, upright.</summary>
/// <param name="Pixels">Planar [C, H, W], 0 to 255, or a record of another format.</param>
/// <param name="Size">The model's size, or that with height and width exchanged.</param>
internal readonly record struct PlanarImage(byte[] Pixels, ImageSize Size)
{
    /// <summary>How the pixels are held.</summary>
    public PixelFormat Format { get; init; } = PixelFormat.Bytes;

    /// <summary>The values that the image came as, if it came as a vector of Single or of a stated range.</summary>
    public VectorRange? Vector { get; init; }

    public bool IsPortrait => Size.Height > Size.Width;

    /// <summary>Whether nothing shows through.</summary>
    public bool IsOpaque => !Format.IsBytes || Alpha.IsOpaque(Pixels, Size);

    /// <summary>The pixels as a model for landscapes holds them: portraits lie on their side.</summary>
    public byte[] ToLandscape() => IsPortrait ? QuarterTurn.Clockwise(Pixels, Size, Format) : Pixels;
}
