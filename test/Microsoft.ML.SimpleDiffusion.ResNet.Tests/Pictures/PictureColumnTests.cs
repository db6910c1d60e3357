using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.ResNet.Pictures;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using SkiaSharp;

namespace Microsoft.ML.SimpleDiffusion.ResNet.Tests.Pictures;

[TestClass]
public class PictureColumnTests
{
    private const int Side = 224;
    private const int Area = Side * Side;

    private static readonly MLContext Context = new(1);

    [TestMethod]
    public void Every_kind_of_column_gives_the_same_picture()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("picture.png");
        using var image = Draw(path);
        byte[] expected = Read(Context.Data.LoadFromEnumerable([new PathRow { Image = path }]))[0];
        var row = new ColorRow { Image = expected };

        Assert.AreEqual(200, expected[0]);
        CollectionAssert.AreEqual(expected, Read(Context.Data.LoadFromEnumerable([row]))[0]);
        CollectionAssert.AreEqual(expected, Read(Context.Data.LoadFromEnumerable([new FloatRow { Image = Array.ConvertAll(expected, value => (float)value) }]))[0]);
        CollectionAssert.AreEqual(expected, Read(Context.Data.LoadFromEnumerable([new FileRow { Image = File.ReadAllBytes(path) }]))[0]);
        CollectionAssert.AreEqual(expected, Read(Context.Data.LoadFromEnumerable([new ImageRow { Image = image }]))[0]);
    }

    [TestMethod]
    public void Grey_is_grey_in_all_colours_and_transparency_is_white()
    {
        byte[] grey = Read(Context.Data.LoadFromEnumerable([new GreyRow { Image = [10, 10, 10, 10] }]))[0];
        byte[] clear = Read(Context.Data.LoadFromEnumerable([new AlphaRow { Image = [100, 100, 100, 100, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] }]))[0];
        byte[] half = Read(Context.Data.LoadFromEnumerable([new AlphaRow { Image = [200, 200, 200, 200, 0, 0, 0, 0, 0, 0, 0, 0, 51, 51, 51, 51] }]))[0];

        Assert.HasCount(3 * Area, grey);
        Assert.IsTrue(Array.TrueForAll(grey, value => value == 10));
        Assert.IsTrue(Array.TrueForAll(clear, value => value == 255));

        // A fifth of the colour, and four fifths of white.
        Assert.AreEqual(244, half[0], 1);
        Assert.AreEqual(204, half[Area], 1);
    }

    [TestMethod]
    public void Pictures_come_in_order_over_several_windows()
    {
        var rows = Enumerable.Range(0, (2 * PictureWindows.Rows) + 3).Select(i => new GreyRow { Image = [(byte)i, (byte)i, (byte)i, (byte)i] });
        byte[][][] windows = [.. PictureWindows.Read(Context.Data.LoadFromEnumerable(rows), "Image", threads: 3, CancellationToken.None)];

        CollectionAssert.AreEqual(new[] { 64, 64, 3 }, windows.Select(window => window.Length).ToArray());
        CollectionAssert.AreEqual(Enumerable.Range(0, 131).ToArray(), windows.SelectMany(window => window).Select(pixels => (int)pixels[0]).ToArray());
    }

    [TestMethod]
    public void Column_that_has_no_pictures_is_refused()
    {
        var view = Context.Data.LoadFromEnumerable([new PathRow { Image = "x" }]);
        StringAssert.Contains(Assert.Throws<ArgumentOutOfRangeException>(() => PictureColumn.Find(view.Schema, "Picture")).Message, "Could not find image column 'Picture'");
        StringAssert.Contains(Assert.Throws<ArgumentOutOfRangeException>(() => PictureColumn.Find(view.Schema, "Number")).Message, "Schema mismatch for image column 'Number'");
        var two = Context.Data.LoadFromEnumerable([new TwoRow { Image = new byte[8] }]);
        StringAssert.Contains(Assert.Throws<ArgumentOutOfRangeException>(() => PictureColumn.Find(two.Schema, "Image")).Message, "with 3 channels");
    }

    [TestMethod]
    public void Column_of_pixels_of_a_stated_range_is_refused()
    {
        var builder = new DataViewSchema.Builder();
        var format = PixelFormat.Of(new SimpleDiffusionOptions { PixelMinimum = -100, PixelMaximum = 9000 });
        builder.AddColumn("Image", new VectorDataViewType(NumberDataViewType.Single, 1, 2, 2), RangeColumn.Annotate(format));

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => PictureColumn.Find(builder.ToSchema(), "Image"));

        StringAssert.Contains(error.Message, "expected pixels of 0 to 255, as pictures have them, got Vector<Single, 1, 2, 2> with pixels of -100 to 9000");
    }

    [TestMethod]
    public void Picture_that_cannot_be_read_is_told_with_its_row()
    {
        using var folder = new TemporaryFolder();
        using (Draw(folder.File("good.png")))
        {
        }

        File.WriteAllText(folder.File("bad.png"), "no picture");
        var view = Context.Data.LoadFromEnumerable(new[] { "good.png", "bad.png" }.Select(name => new PathRow { Image = folder.File(name) }));

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Read(view));

        StringAssert.StartsWith(error.Message, "Row 1: cannot read the image: ");
    }

    private static byte[][] Read(IDataView view) => [.. PictureWindows.Read(view, "Image", threads: 2, CancellationToken.None).SelectMany(window => window)];

    /// <summary>A picture with a corner of its own.</summary>
    private static MLImage Draw(string path)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(Side, Side, SKColorType.Rgba8888, SKAlphaType.Opaque));
        bitmap.Erase(new SKColor(10, 20, 30));
        bitmap.SetPixel(0, 0, new SKColor(200, 100, 50));
        using (var file = File.Create(path))
        {
            bitmap.Encode(file, SKEncodedImageFormat.Png, quality: 100);
        }

        return MLImage.CreateFromFile(path);
    }

    private sealed class PathRow
    {
        public string Image { get; set; } = string.Empty;

        public int Number { get; set; }
    }

    private sealed class FileRow
    {
        public byte[] Image { get; set; } = [];
    }

    private sealed class ImageRow
    {
        [Microsoft.ML.Transforms.Image.ImageType(Side, Side)]
        public MLImage? Image { get; set; }
    }

    private sealed class ColorRow
    {
        [VectorType(3, Side, Side)]
        public byte[] Image { get; set; } = [];
    }

    private sealed class FloatRow
    {
        [VectorType(3, Side, Side)]
        public float[] Image { get; set; } = [];
    }

    private sealed class GreyRow
    {
        [VectorType(1, 2, 2)]
        public byte[] Image { get; set; } = [];
    }

    private sealed class AlphaRow
    {
        [VectorType(4, 2, 2)]
        public byte[] Image { get; set; } = [];
    }

    private sealed class TwoRow
    {
        [VectorType(2, 2, 2)]
        public byte[] Image { get; set; } = [];
    }
}
