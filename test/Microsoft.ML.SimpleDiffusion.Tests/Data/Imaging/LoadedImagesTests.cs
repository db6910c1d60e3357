using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using SkiaSharp;

namespace Microsoft.ML.SimpleDiffusion.Tests.Data.Imaging;

/// <summary>Images as ML.NET's own <c>LoadImages</c> and <c>ResizeImages</c> hand them on: not turned, and tagged with the path of their file.</summary>
[TestClass]
public class LoadedImagesTests
{
    private const int Width = 32, Height = 16;

    private readonly MLContext _context = new(1);

    [TestMethod]
    [DataRow("Image")]
    [DataRow("Small")]
    public void Images_that_ml_net_has_loaded_are_turned_as_their_file_says(string column)
    {
        using var folder = new TemporaryFolder();
        using var bitmap = RedLeftOfBlue();
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        using var jpeg = bitmap.Encode(SKEncodedImageFormat.Jpeg, 95);
        File.WriteAllBytes(folder.File("a.png"), OddImages.PngWithExif(png.ToArray(), OddImages.Exif(orientation: 6)));
        File.WriteAllBytes(folder.File("b.jpg"), OddImages.JpegWithExif(jpeg.ToArray(), OddImages.Exif(orientation: 6)));
        var rows = _context.Data.LoadFromEnumerable(new[] { new { Path = "a.png" }, new { Path = "b.jpg" } });
        var loading = _context.Transforms.LoadImages("Image", folder.Path, "Path").Append(_context.Transforms.ResizeImages("Small", 8, 8, "Image"));
        var images = loading.Fit(rows).Transform(rows);

        using var cursor = images.GetRowCursor([images.Schema[column]]);
        var capture = ImageColumn.CreateCapture(cursor, images.Schema[column], new TargetFormat(new ImageSize(3, 8, 8), AllowsPortrait: true));
        while (cursor.MoveNext())
        {
            byte[] planar = capture()().Pixels;

            // Turned clockwise, left is up.
            Assert.IsGreaterThan(128, planar[(1 * 8) + 1], "top");
            Assert.IsGreaterThan(128, planar[128 + (6 * 8) + 6], "bottom");
            Assert.IsGreaterThan(128, planar[(1 * 8) + 6], "top right");
        }
    }

    [TestMethod]
    [DataRow("", Width, Height, SKEncodedOrigin.TopLeft)]
    [DataRow("a photo of mine", Width, Height, SKEncodedOrigin.TopLeft)]
    [DataRow("https://example.org/a.jpg", Width, Height, SKEncodedOrigin.TopLeft)]
    [DataRow("\0", Width, Height, SKEncodedOrigin.TopLeft)]
    [DataRow("/", Width, Height, SKEncodedOrigin.TopLeft)]
    [DataRow("file", Width, Height, SKEncodedOrigin.RightTop)]
    [DataRow("file", Height, Width, SKEncodedOrigin.TopLeft, DisplayName = "turned by its owner")]
    [DataRow("text", Width, Height, SKEncodedOrigin.TopLeft)]
    public void Tag_that_names_no_file_and_image_that_stands_upright_turn_nothing(string tag, int width, int height, SKEncodedOrigin expected)
    {
        using var folder = new TemporaryFolder();
        using var bitmap = RedLeftOfBlue();
        using var jpeg = bitmap.Encode(SKEncodedImageFormat.Jpeg, 95);
        File.WriteAllBytes(folder.File("file"), OddImages.JpegWithExif(jpeg.ToArray(), OddImages.Exif(orientation: 6)));
        File.WriteAllText(folder.File("text"), "no picture");
        using var image = MLImage.CreateFromPixels(width, height, MLPixelFormat.Rgba32, new byte[4 * width * height]);
        image.Tag = tag is "file" or "text" ? folder.File(tag) : tag;

        Assert.AreEqual(expected, ExifOrientation.Of(image));
    }

    private static SKBitmap RedLeftOfBlue()
    {
        var bitmap = new SKBitmap(Width, Height);
        bitmap.Erase(SKColors.Blue);
        bitmap.Erase(SKColors.Red, SKRectI.Create(0, 0, Width / 2, Height));
        return bitmap;
    }
}
