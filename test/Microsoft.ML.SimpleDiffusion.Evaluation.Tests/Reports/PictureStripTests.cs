using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Content;
using SkiaSharp;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Reports;

[TestClass]
public class PictureStripTests
{
    [TestMethod]
    public void Pictures_lie_side_by_side_with_transparent_gaps()
    {
        byte[] black = new byte[3 * 2 * 2], white = Enumerable.Repeat(byte.MaxValue, 3 * 2 * 2).ToArray();
        var strip = PictureStrip.Draw([black, white], new ImageSize(3, 2, 2));
        using var picture = SKBitmap.Decode(strip.Png);
        Assert.AreEqual((5, 2), (picture.Width, picture.Height));
        Assert.AreEqual((strip.Width, strip.Height), (picture.Width, picture.Height));
        Assert.AreEqual(SKColors.Black, picture.GetPixel(1, 1));
        Assert.AreEqual(0, picture.GetPixel(2, 1).Alpha);
        Assert.AreEqual(SKColors.White, picture.GetPixel(3, 0));
    }

    [TestMethod]
    public void Large_pictures_are_made_smaller_in_their_proportions()
    {
        var strip = PictureStrip.Draw([new byte[192 * 384]], new ImageSize(1, 192, 384));
        Assert.AreEqual((96, 48), (strip.Width, strip.Height));
    }
}
