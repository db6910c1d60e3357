using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using SkiaSharp;

namespace Microsoft.ML.SimpleDiffusion.Tests.Data.Imaging;

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
    [DataRow(1, "RG BK")]
    [DataRow(2, "GR KB")]
    [DataRow(3, "KB GR")]
    [DataRow(4, "BK RG")]
    [DataRow(5, "RB GK")]
    [DataRow(6, "BR KG")]
    [DataRow(7, "KG BR")]
    [DataRow(8, "GK RB")]
    public void Pictures_are_turned_as_their_exif_data_say(int orientation, string expected)
    {
        using var bitmap = new SKBitmap(32, 32);
        bitmap.Erase(SKColors.Black);
        bitmap.Erase(SKColors.Red, SKRectI.Create(0, 0, 16, 16));
        bitmap.Erase(SKColors.Lime, SKRectI.Create(16, 0, 16, 16));
        bitmap.Erase(SKColors.Blue, SKRectI.Create(0, 16, 16, 16));
        byte[] jpeg = Encode(bitmap, SKEncodedImageFormat.Jpeg), png = Encode(bitmap, SKEncodedImageFormat.Png), webP = Encode(bitmap, SKEncodedImageFormat.Webp);
        byte[] little = OddImages.Exif(orientation), big = OddImages.Exif(orientation, isLittleEndian: false);
        byte[][] files =
        [
            OddImages.JpegWithExif(jpeg, little), OddImages.JpegWithExif(jpeg, big),
            OddImages.PngWithExif(png, little), OddImages.PngWithExif(png, big, atTheEnd: true),
            OddImages.WebPWithExif(webP, 32, 32, little), OddImages.WebPWithExif(webP, 32, 32, [.. "Exif\0\0"u8, .. big]),
        ];

        for (int i = 0; i < files.Length; i++)
        {
            byte[] planar = ImageDecoder.Decode(files[i], new ImageSize(3, 32, 32));

            Assert.AreEqual(expected, $"{ColourAt(planar, 8, 8)}{ColourAt(planar, 8, 24)} {ColourAt(planar, 24, 8)}{ColourAt(planar, 24, 24)}", $"file {i}");
        }

        static char ColourAt(byte[] planar, int y, int x)
        {
            int at = (y * 32) + x;
            return planar[at] > 128 ? 'R' : planar[1024 + at] > 128 ? 'G' : planar[2048 + at] > 128 ? 'B' : 'K';
        }
    }

    [TestMethod]
    public void Damaged_exif_data_turn_nothing()
    {
        byte[] png = Encode(4, 4, SKColors.Green, SKEncodedImageFormat.Png), exif = OddImages.Exif(orientation: 6);
        byte[][] damaged =
        [
            [], [.. "II"u8], exif[..8], exif[..15], OddImages.Exif(orientation: 9), OddImages.Exif(orientation: 0),
            [.. exif[..4], 255, 255, 255, 255, .. exif[8..]], [.. exif[..4], 200, 0, 0, 0, .. exif[8..]], [.. exif[..8], 255, 255, 0, .. exif[11..]],
        ];

        foreach (byte[] data in damaged)
        {
            byte[] file = OddImages.PngWithExif(png, data);
            using var copy = SKData.CreateCopy(file);
            using var codec = SKCodec.Create(copy);
            Assert.AreEqual(SKEncodedOrigin.TopLeft, ExifOrientation.Of(codec, file));
        }
    }

    [TestMethod]
    public void Claim_of_a_huge_picture_is_refused_before_it_is_allocated()
    {
        byte[] file = OddImages.HugePng(60_000, 60_000);

        var error = Assert.ThrowsExactly<ImageFormatException>(() => ImageDecoder.Decode(file, new ImageSize(3, 8, 8)));

        StringAssert.Contains(error.Message, "60000x60000 pixels, which is too large");
    }

    [TestMethod]
    public void Garbled_files_give_a_picture_or_the_one_exception()
    {
        var random = new Random(3);
        foreach (var format in new[] { SKEncodedImageFormat.Png, SKEncodedImageFormat.Jpeg, SKEncodedImageFormat.Webp })
        {
            byte[] file = Encode(16, 16, SKColors.Green, format);
            for (int i = 0; i < 100; i++)
            {
                var garbled = (byte[])file.Clone();
                for (int j = 0; j < 4; j++)
                {
                    garbled[random.Next(garbled.Length)] = (byte)random.Next(256);
                }

                try
                {
                    Assert.HasCount(3 * 8 * 8, ImageDecoder.Decode(garbled, new ImageSize(3, 8, 8)));
                }
                catch (ImageFormatException)
                {
                    // The other allowed outcome.
                }
            }
        }
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

        CollectionAssert.AreEqual(planar, PixelConverter.ToPlanar(image, new TargetFormat(size, AllowsPortrait: false)).Pixels);
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
