using Microsoft.ML.SimpleDiffusion.Persistence;
using SkiaSharp;

namespace Microsoft.ML.SimpleDiffusion.Data.Imaging;

/// <summary>Decodes image files, upright and whole or not at all.</summary>
internal static class ImageDecoder
{
    /// <summary>Bytes of the longest file that is read.</summary>
    public const long MaxFileLength = 512L << 20;

    private const int MaxSide = 32768;
    private const long MaxPixels = 1L << 28;

    /// <summary>Reads a file and brings it to the size that a model needs.</summary>
    /// <exception cref="ImageFormatException">The file is missing, unreadable, no image, truncated or too large.</exception>
    public static PlanarImage DecodeFile(string path, TargetFormat format)
    {
        byte[] file;
        try
        {
            if (Directory.Exists(path))
            {
                throw new ImageFormatException("it is a folder");
            }

            var info = new FileInfo(path);
            if (info is { Exists: true, Length: > MaxFileLength })
            {
                throw new ImageFormatException($"the file is larger than {MaxFileLength >> 20} MB");
            }

            file = Files.ReadAll(path, MaxFileLength);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ImageFormatException("there is no such file", e);
        }
        catch (FormatException e)
        {
            throw new ImageFormatException("the file is empty, or is no file but a pipe or a device", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ImageFormatException($"it cannot be opened ({e.Message})", e);
        }

        return Decode(file, format);
    }

    /// <inheritdoc cref="DecodeFile(string, TargetFormat)"/>
    /// <returns>Planar pixels [C, H, W], 0 to 255.</returns>
    public static byte[] DecodeFile(string path, ImageSize size) => DecodeFile(path, new TargetFormat(size, AllowsPortrait: false)).Pixels;

    /// <summary>Decodes the bytes of an image file.</summary>
    /// <inheritdoc cref="DecodeFile(string, ImageSize)"/>
    public static byte[] Decode(byte[] file, ImageSize size) => Decode(file, new TargetFormat(size, AllowsPortrait: false)).Pixels;

    /// <summary>Decodes the bytes of an image file.</summary>
    /// <inheritdoc cref="DecodeFile(string, TargetFormat)"/>
    public static PlanarImage Decode(byte[] file, TargetFormat format)
    {
        if (file.Length == 0)
        {
            throw new ImageFormatException("the file is empty");
        }

        using var data = SKData.CreateCopy(file);
        using var codec = SKCodec.Create(data) ?? throw new ImageFormatException("it is not an image in a known format (PNG, JPEG, WebP, GIF, BMP)");
        var claimed = codec.Info;
        if (claimed.Width < 1 || claimed.Height < 1 || claimed.Width > MaxSide || claimed.Height > MaxSide || (long)claimed.Width * claimed.Height > MaxPixels)
        {
            throw new ImageFormatException($"it is {claimed.Width}x{claimed.Height} pixels, which is too large");
        }

        using var decoded = DecodePixels(codec, format.Size);
        using var upright = Orientation.Apply(decoded, ExifOrientation.Of(codec, file));
        return PixelConverter.ToPlanar(upright, format);
    }

    private static SKBitmap DecodePixels(SKCodec codec, ImageSize size)
    {
        var scaled = ScaledSize(codec, size);
        using var colorSpace = SKColorSpace.CreateSrgb();
        var bitmap = new SKBitmap(new SKImageInfo(scaled.Width, scaled.Height, SKColorType.Rgba8888, SKAlphaType.Premul, colorSpace));
        var result = codec.GetPixels(bitmap.Info, bitmap.GetPixels());
        if (result == SKCodecResult.Success)
        {
            return bitmap;
        }

        bitmap.Dispose();
        throw new ImageFormatException(result == SKCodecResult.IncompleteInput ? "the file is cut off" : $"its data is damaged ({result})");
    }

    /// <summary>JPEG can decode at an eighth to seven eighths of its size for a fraction of the work.</summary>
    private static SKSizeI ScaledSize(SKCodec codec, ImageSize size)
    {
        var full = codec.Info.Size;
        int needed = 2 * Math.Max(size.Height, size.Width);
        float scale = (float)needed / Math.Min(full.Width, full.Height);
        if (scale >= 1)
        {
            return full;
        }

        var scaled = codec.GetScaledDimensions(scale);
        return Math.Min(scaled.Width, scaled.Height) >= needed ? scaled : full;
    }
}

/// <summary>An image cannot be used. The message says why in a clause that others complete with row and path.</summary>
internal sealed class ImageFormatException : Exception
{
    public ImageFormatException(string message)
        : base(message)
    {
    }

    public ImageFormatException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

/// <summary>Cameras store images as the sensor lay and note in the EXIF data how to turn them.</summary>
internal static class Orientation
{
    /// <summary>The image upright. The result is the caller's to dispose of, and may be <paramref name="bitmap"/> itself.</summary>
    public static SKBitmap Apply(SKBitmap bitmap, SKEncodedOrigin origin)
    {
        if (origin is SKEncodedOrigin.TopLeft or SKEncodedOrigin.Default)
        {
            return bitmap;
        }

        float width = bitmap.Width, height = bitmap.Height;
        bool swaps = origin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;
        var upright = new SKBitmap(bitmap.Info.WithSize(swaps ? bitmap.Height : bitmap.Width, swaps ? bitmap.Width : bitmap.Height));
        using var canvas = new SKCanvas(upright);
        canvas.Clear(SKColors.Transparent);
        canvas.SetMatrix(origin switch
        {
            SKEncodedOrigin.TopRight => new SKMatrix(-1, 0, width, 0, 1, 0, 0, 0, 1),
            SKEncodedOrigin.BottomRight => new SKMatrix(-1, 0, width, 0, -1, height, 0, 0, 1),
            SKEncodedOrigin.BottomLeft => new SKMatrix(1, 0, 0, 0, -1, height, 0, 0, 1),
            SKEncodedOrigin.LeftTop => new SKMatrix(0, 1, 0, 1, 0, 0, 0, 0, 1),
            SKEncodedOrigin.RightTop => new SKMatrix(0, -1, height, 1, 0, 0, 0, 0, 1),
            SKEncodedOrigin.RightBottom => new SKMatrix(0, -1, height, -1, 0, width, 0, 0, 1),
            SKEncodedOrigin.LeftBottom => new SKMatrix(0, 1, 0, -1, 0, width, 0, 0, 1),
            _ => SKMatrix.Identity,
        });
        canvas.DrawBitmap(bitmap, 0, 0);
        canvas.Flush();
        return upright;
    }
}
