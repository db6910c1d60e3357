using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using SkiaSharp;

namespace Microsoft.ML.SimpleDiffusion.Tests.Data.Imaging;

/// <summary>Transparent pictures: premultiplied inside, straight in files and vectors.</summary>
[TestClass]
public class AlphaTests
{
    private static readonly ImageSize Pair = new(4, 1, 2);

    /// <summary>Half transparent (200, 100, 0), and an invisible pixel that a painting program has left red.</summary>
    private static readonly byte[] Straight = [200, 255, 100, 0, 0, 0, 128, 0];

    private static readonly byte[] Premultiplied = [100, 0, 50, 0, 0, 0, 128, 0];

    [TestMethod]
    public void Colours_are_multiplied_by_alpha_and_divided_again()
    {
        CollectionAssert.AreEqual(Premultiplied, Alpha.Premultiply(Straight, Pair));
        CollectionAssert.AreEqual(new byte[] { 199, 0, 100, 0, 0, 0, 128, 0 }, Alpha.Unpremultiply(Premultiplied, Pair));
    }

    [TestMethod]
    public void Colour_and_alpha_come_back_within_what_eight_bits_can_hold()
    {
        for (int alpha = 1; alpha <= 255; alpha++)
        {
            for (int color = 0; color <= 255; color++)
            {
                byte[] pixel = [(byte)color, 0, 255, (byte)alpha];
                byte[] back = Alpha.Unpremultiply(Alpha.Premultiply(pixel, new ImageSize(4, 1, 1)), new ImageSize(4, 1, 1));
                Assert.IsLessThanOrEqualTo(0.5 * 255 / alpha + 0.5, Math.Abs(back[0] - color));
                Assert.AreEqual((0, 255, alpha), (back[1], back[2], back[3]));
            }
        }
    }

    [TestMethod]
    public void Pixels_without_alpha_are_left_alone()
    {
        byte[] rgb = [1, 2, 3];

        Assert.AreSame(rgb, Alpha.Premultiply(rgb, new ImageSize(3, 1, 1)));
        Assert.AreSame(rgb, Alpha.Unpremultiply(rgb, new ImageSize(3, 1, 1)));
        Assert.IsTrue(Alpha.IsOpaque(rgb, new ImageSize(3, 1, 1)));
    }

    [TestMethod]
    public void Picture_is_opaque_if_nothing_shows_through()
    {
        Assert.IsFalse(Alpha.IsOpaque(Straight, Pair));
        Assert.IsTrue(Alpha.IsOpaque([1, 2, 3, 4, 5, 6, 255, 255], Pair));
        Assert.IsFalse(Alpha.IsOpaque([1, 2, 3, 4, 5, 6, 255, 254], Pair));
    }

    [TestMethod]
    public void File_keeps_its_transparency_where_the_model_has_alpha_and_lies_on_white_where_not()
    {
        byte[] file = Png();

        CollectionAssert.AreEqual(Premultiplied, ImageDecoder.Decode(file, Pair));
        CollectionAssert.AreEqual(new byte[] { 227, 255, 177, 255, 127, 255 }, ImageDecoder.Decode(file, Pair with { Channels = 3 }));
    }

    [TestMethod]
    public void Image_of_ml_net_is_premultiplied_both_ways()
    {
        using var image = ImageEncoder.ToMLImage(Premultiplied, Pair);

        CollectionAssert.AreEqual(new byte[] { 100, 50, 0, 128, 0, 0, 0, 0 }, image.Pixels.ToArray());
        CollectionAssert.AreEqual(Premultiplied, PixelConverter.ToPlanar(image, new TargetFormat(Pair, AllowsPortrait: false)).Pixels);
    }

    [TestMethod]
    public void Png_has_straight_colours()
    {
        using var bitmap = SKBitmap.Decode(ImageEncoder.ToPng(Premultiplied, Pair), new SKImageInfo(2, 1, SKColorType.Rgba8888, SKAlphaType.Unpremul));

        CollectionAssert.AreEqual(new byte[] { 199, 100, 0, 128, 0, 0, 0, 0 }, bitmap.Bytes);
    }

    [TestMethod]
    public void Colour_that_is_brighter_than_its_alpha_allows_is_as_bright_as_it_may_be()
    {
        var rgba = new byte[4];

        PixelConverter.Interleave([250, 10, 0, 100], new ImageSize(4, 1, 1), rgba);

        CollectionAssert.AreEqual(new byte[] { 100, 10, 0, 100 }, rgba);
    }

    [TestMethod]
    public void Transparent_pictures_of_a_grid_lie_on_a_checkerboard()
    {
        var size = new ImageSize(4, 64, 64);
        using var grid = SKBitmap.Decode(ImageGrid.ToPng([new byte[size.Length]], size, columns: 1));

        Assert.AreEqual(new SKColor(0xc4, 0xc4, 0xc4), grid.GetPixel(4, 4));
        Assert.AreEqual(new SKColor(0xe8, 0xe8, 0xe8), grid.GetPixel(12, 4));
        Assert.AreEqual(new SKColor(0xc4, 0xc4, 0xc4), grid.GetPixel(12, 12));
        Assert.AreEqual(SKColors.White, grid.GetPixel(0, 0));
    }

    [TestMethod]
    public void Resized_edge_has_the_colour_of_what_is_seen_only()
    {
        var whole = new ImageSize(4, 8, 8);
        byte[] straight = new byte[whole.Length];
        for (int i = 0; i < 64; i++)
        {
            // Left: opaque blue. Right: invisible red, which would bleed into the edge if it were not premultiplied.
            bool isLeft = i % 8 < 4;
            (straight[isLeft ? 128 + i : i], straight[192 + i]) = (255, isLeft ? (byte)255 : (byte)0);
        }

        byte[] small = PixelConverter.ToPlanar(Alpha.Premultiply(straight, whole), whole, whole with { Height = 4, Width = 4 });

        Assert.IsFalse(small.AsSpan(0, 32).ContainsAnyExcept((byte)0), "red and green");
        Assert.IsTrue(small.AsSpan(32, 16).SequenceEqual(small.AsSpan(48, 16)), "blue is as strong as alpha");
    }

    private static byte[] Png()
    {
        using var bitmap = new SKBitmap(new SKImageInfo(2, 1, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        bitmap.SetPixel(0, 0, new SKColor(200, 100, 0, 128));
        bitmap.SetPixel(1, 0, new SKColor(255, 0, 0, 0));
        return ImageEncoder.ToPng(bitmap);
    }
}
