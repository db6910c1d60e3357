using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Content;
using SkiaSharp;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Reports;

[TestClass]
public class ImageStripTests
{
    [TestMethod]
    public void Pictures_lie_side_by_side_with_transparent_gaps()
    {
        byte[] black = new byte[3 * 2 * 2], white = Enumerable.Repeat(byte.MaxValue, 3 * 2 * 2).ToArray();
        var strip = ImageStrip.Draw([black, white], new ImageSize(3, 2, 2));
        using var image = SKBitmap.Decode(strip.Png);
        Assert.AreEqual((5, 2), (image.Width, image.Height));
        Assert.AreEqual((strip.Width, strip.Height), (image.Width, image.Height));
        Assert.AreEqual(SKColors.Black, image.GetPixel(1, 1));
        Assert.AreEqual(0, image.GetPixel(2, 1).Alpha);
        Assert.AreEqual(SKColors.White, image.GetPixel(3, 0));
    }

    [TestMethod]
    public void Large_pictures_are_made_smaller_in_their_proportions()
    {
        var strip = ImageStrip.Draw([new byte[192 * 384]], new ImageSize(1, 192, 384));
        Assert.AreEqual((96, 48), (strip.Width, strip.Height));
    }
}
