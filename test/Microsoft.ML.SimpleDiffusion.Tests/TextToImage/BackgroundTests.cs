using Microsoft.ML.SimpleDiffusion.TestSupport;
using SkiaSharp;
using global::TextToImage.Captions;

namespace Microsoft.ML.SimpleDiffusion.Tests.TextToImage;

[TestClass]
public class BackgroundTests
{
    [TestMethod]
    public void Transparent_parts_become_the_background_and_half_transparent_ones_mix_with_it()
    {
        using var folder = new TemporaryFolder();
        using var composed = SKBitmap.Decode(Background.Parse("#204060").Compose(WritePicture(folder)));

        Assert.AreEqual(new SKColor(0x20, 0x40, 0x60), composed.GetPixel(0, 0));
        Assert.AreEqual(SKColors.Red, composed.GetPixel(1, 0));

        // Half of red and half of the background.
        var mixed = composed.GetPixel(2, 0);
        Assert.AreEqual((255 + 0x20) / 2.0, mixed.Red, 2);
        Assert.AreEqual(0x40 / 2.0, mixed.Green, 2);
        Assert.AreEqual(0x60 / 2.0, mixed.Blue, 2);
    }

    [TestMethod]
    public void A_step_of_a_pipeline_composes_files()
    {
        using var folder = new TemporaryFolder();
        var context = new MLContext(1);
        var data = context.Data.LoadFromEnumerable([new CaptionedFile { ImagePath = WritePicture(folder), Caption = "dots" }]);

        var composed = Background.Parse("#00ff00").Compose(context).Fit(data).Transform(data);

        using var picture = SKBitmap.Decode(context.Data.CreateEnumerable<ComposedImage>(composed, reuseRowObject: false).Single().Image);
        Assert.AreEqual(SKColors.Lime, picture.GetPixel(0, 0));
    }

    [TestMethod]
    [DataRow("white")]
    [DataRow("#fff")]
    [DataRow("#12345g")]
    [DataRow("12345678")]
    [DataRow("")]
    public void What_is_no_colour_is_refused(string text)
        => StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => Background.Parse(text)).Message, $"The background '{text}'");

    [TestMethod]
    public void What_is_no_picture_is_named()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("a.png"), "no picture");

        var error = Assert.ThrowsExactly<InvalidDataException>(() => Background.Parse("#ffffff").Compose(folder.File("a.png")));

        StringAssert.Contains(error.Message, folder.File("a.png"));
    }

    /// <summary>A transparent, a red and a half transparent red pixel.</summary>
    private static string WritePicture(TemporaryFolder folder)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(3, 1, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        bitmap.SetPixel(0, 0, SKColors.Transparent);
        bitmap.SetPixel(1, 0, SKColors.Red);
        bitmap.SetPixel(2, 0, SKColors.Red.WithAlpha(128));
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        File.WriteAllBytes(folder.File("dots.png"), data.ToArray());
        return folder.File("dots.png");
    }
}
