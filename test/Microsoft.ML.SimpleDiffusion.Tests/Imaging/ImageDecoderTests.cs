using Microsoft.ML.SimpleDiffusion.Imaging;
using SkiaSharp;

namespace Microsoft.ML.SimpleDiffusion.Tests.Imaging;

[TestClass]
public class ImageDecoderTests
{
    [TestMethod]
    [DataRow(SKEncodedImageFormat.Png, 0)]
    [DataRow(SKEncodedImageFormat.Jpeg, 12)]
    [DataRow(SKEncodedImageFormat.Webp, 12)]
    public void Formats_are_decoded_to_planes(SKEncodedImageFormat format, int tolerance)
    {
        byte[] planar = ImageDecoder.Decode(Encode(16, 16, new SKColor(200, 100, 50), format), new ImageSize(3, 16, 16));

        Assert.AreEqual(200, planar[0], tolerance);
        Assert.AreEqual(100, planar[256], tolerance);
        Assert.AreEqual(50, planar[512], tolerance);
    }

    [TestMethod]
    public void Transparency_is_composed_on_white()
    {
        byte[] planar = ImageDecoder.Decode(Encode(4, 4, new SKColor(0, 0, 0, 0), SKEncodedImageFormat.Png), new ImageSize(3, 4, 4));

        Assert.IsTrue(planar.All(value => value == 255));
    }

    [TestMethod]
    public void Grey_is_the_luma_of_bt_601()
    {
        byte[] planar = ImageDecoder.Decode(Encode(4, 4, new SKColor(255, 0, 0), SKEncodedImageFormat.Png), new ImageSize(1, 4, 4));

        Assert.AreEqual(0.299 * 255, planar[0], 1);
    }

    [TestMethod]
    [DataRow(40, 20)]
    [DataRow(20, 40)]
    public void Oblong_pictures_lose_their_margins(int width, int height)
    {
        using var bitmap = new SKBitmap(width, height);
        bitmap.Erase(SKColors.Red);
        using (var canvas = new SKCanvas(bitmap))
        {
            using var paint = new SKPaint { Color = SKColors.Blue };
            canvas.DrawRect(SKRect.Create((width - 20) / 2f, (height - 20) / 2f, 20, 20), paint);
        }

        byte[] planar = ImageDecoder.Decode(Encode(bitmap, SKEncodedImageFormat.Png), new ImageSize(3, 10, 10));

        Assert.IsTrue(planar.AsSpan(0, 100).ToArray().All(red => red == 0));
        Assert.IsTrue(planar.AsSpan(200, 100).ToArray().All(blue => blue == 255));
    }

    [TestMethod]
    public void Shrinking_averages_instead_of_picking_pixels()
    {
        using var bitmap = new SKBitmap(256, 256);
        for (int y = 0; y < 256; y++)
        {
            for (int x = 0; x < 256; x++)
            {
                bitmap.SetPixel(x, y, (x + y) % 2 == 0 ? SKColors.White : SKColors.Black);
            }
        }

        byte[] planar = ImageDecoder.Decode(Encode(bitmap, SKEncodedImageFormat.Png), new ImageSize(1, 32, 32));

        Assert.IsTrue(planar.All(value => value is > 110 and < 146), $"{planar.Min()} to {planar.Max()}");
    }

    [TestMethod]
    public void Cut_off_files_are_refused_at_every_length()
    {
        byte[] file = Encode(16, 16, SKColors.Green, SKEncodedImageFormat.Jpeg);
        for (int length = 0; length < file.Length - 2; length += 7)
        {
            Assert.ThrowsExactly<ImageFormatException>(() => ImageDecoder.Decode(file[..length], new ImageSize(3, 8, 8)), $"length {length}");
        }
    }

    [TestMethod]
    public void Planar_pixels_become_an_image_and_come_back()
    {
        var size = new ImageSize(3, 4, 6);
        byte[] planar = Enumerable.Range(0, size.Length).Select(i => (byte)(3 * i)).ToArray();
        using var image = ImageEncoder.ToMLImage(planar, size);

        CollectionAssert.AreEqual(planar, PixelConverter.ToPlanar(image, size));
    }

    private static byte[] Encode(int width, int height, SKColor colour, SKEncodedImageFormat format)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        bitmap.Erase(colour);
        return Encode(bitmap, format);
    }

    private static byte[] Encode(SKBitmap bitmap, SKEncodedImageFormat format)
    {
        using var data = bitmap.Encode(format, 95);
        return data.ToArray();
    }
}
