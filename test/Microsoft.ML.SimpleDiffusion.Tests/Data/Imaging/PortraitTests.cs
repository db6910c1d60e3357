using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using SkiaSharp;

namespace Microsoft.ML.SimpleDiffusion.Tests.Data.Imaging;

[TestClass]
public class PortraitTests
{
    [TestMethod]
    public void Quarter_turn_clockwise_brings_the_left_column_to_the_top()
    {
        // 1 2      5 3 1
        // 3 4  ->  6 4 2
        // 5 6
        byte[] turned = QuarterTurn.Clockwise([1, 2, 3, 4, 5, 6], new ImageSize(1, 3, 2));

        CollectionAssert.AreEqual(new byte[] { 5, 3, 1, 6, 4, 2 }, turned);
    }

    [TestMethod]
    public void Turning_back_undoes_turning()
    {
        var size = new ImageSize(3, 4, 6);
        byte[] planar = Enumerable.Range(0, size.Length).Select(i => (byte)i).ToArray();

        CollectionAssert.AreEqual(planar, QuarterTurn.Counterclockwise(QuarterTurn.Clockwise(planar, size), size.Transposed));
    }

    [TestMethod]
    [DataRow(20, 40, true, 6, 4)]
    [DataRow(40, 20, true, 4, 6)]
    [DataRow(30, 30, true, 4, 6)]
    [DataRow(20, 40, false, 4, 6)]
    public void Pictures_higher_than_wide_get_the_portrait_format_if_the_model_knows_it(int width, int height, bool allowsPortrait, int expectedHeight, int expectedWidth)
    {
        using var bitmap = new SKBitmap(width, height);
        bitmap.Erase(SKColors.Red);
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);

        var image = ImageDecoder.Decode(data.ToArray(), new TargetFormat(new ImageSize(3, 4, 6), allowsPortrait));

        Assert.AreEqual(new ImageSize(3, expectedHeight, expectedWidth), image.Size);
        Assert.HasCount(72, image.Pixels);
    }
}
