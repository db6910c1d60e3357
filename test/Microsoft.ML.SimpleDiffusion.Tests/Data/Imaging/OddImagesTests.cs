using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Tests.Data.Imaging;

[TestClass]
public class OddImagesTests
{
    [TestMethod]
    public void Cmyk_jpeg_is_a_picture()
    {
        // No cyan, full magenta and yellow, no black.
        AssertPlain(OddImages.CmykJpeg(255, 0, 0, 255), 255, 0, 0, tolerance: 2);
        AssertPlain(OddImages.CmykJpeg(255, 255, 255, 255), 255, 255, 255, tolerance: 2);
        AssertPlain(OddImages.CmykJpeg(255, 255, 255, 100), 100, 100, 100, tolerance: 2);
    }

    [TestMethod]
    public void Png_with_16_bits_keeps_the_upper_8()
    {
        AssertPlain(OddImages.DeepPng(8, 0xc8ff, 0x6400, 0x3280), 0xc8, 0x64, 0x32, tolerance: 1);
    }

    [TestMethod]
    public void Animation_gives_its_first_frame()
    {
        AssertPlain(OddImages.AnimatedGif(), 255, 0, 0, tolerance: 0);
    }

    private static void AssertPlain(byte[] file, int red, int green, int blue, int tolerance)
    {
        byte[] planar = ImageDecoder.Decode(file, new ImageSize(3, 8, 8));
        for (int i = 0; i < 64; i++)
        {
            Assert.AreEqual(red, planar[i], tolerance);
            Assert.AreEqual(green, planar[64 + i], tolerance);
            Assert.AreEqual(blue, planar[128 + i], tolerance);
        }
    }
}
