using System.Numerics;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;

namespace Microsoft.ML.SimpleDiffusion.Tests.Data.Imaging;

[TestClass]
public class ImageWarpTests
{
    private static readonly ImageSize Size = new(2, 6, 9);

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Map_to_itself_changes_no_pixel(bool wraps) => CollectionAssert.AreEqual(Random(Size), Warped(Random(Size), Size, Matrix3x2.Identity, wraps));

    [TestMethod]
    [DataRow(2, 1)]
    [DataRow(-3, 4)]
    public void Whole_pixels_move_and_beyond_the_edges_is_the_other_side_or_a_mirror(int right, int down)
    {
        byte[] image = Random(Size);
        var toSource = Matrix3x2.CreateTranslation(-right, -down);

        byte[] wrapped = Warped(image, Size, toSource, wraps: true), mirrored = Warped(image, Size, toSource, wraps: false);

        foreach (var (channel, y, x) in Places(Size))
        {
            Assert.AreEqual(image[At(Size, channel, (y - down + Size.Height) % Size.Height, (x - right + Size.Width) % Size.Width)], wrapped[At(Size, channel, y, x)]);
            Assert.AreEqual(image[At(Size, channel, Mirrored(y - down, Size.Height), Mirrored(x - right, Size.Width))], mirrored[At(Size, channel, y, x)]);
        }
    }

    [TestMethod]
    public void Quarter_turns_and_mirrors_are_exact()
    {
        var square = new ImageSize(3, 8, 8);
        byte[] image = Random(square);

        // What stands at the right after a turn clockwise stood at the top.
        CollectionAssert.AreEqual(QuarterTurn.Clockwise(image, square), Warped(image, square, Matrix3x2.CreateRotation((float)(-Math.PI / 2))));
        CollectionAssert.AreEqual(QuarterTurn.Counterclockwise(image, square), Warped(image, square, Matrix3x2.CreateRotation((float)(Math.PI / 2))));
        byte[] mirrored = Warped(image, square, Matrix3x2.CreateScale(-1, 1));
        foreach (var (channel, y, x) in Places(square))
        {
            Assert.AreEqual(image[At(square, channel, y, 7 - x)], mirrored[At(square, channel, y, x)]);
        }
    }

    [TestMethod]
    public void Plain_image_stays_plain_whatever_the_map()
    {
        byte[] plain = new byte[Size.Length];
        plain.AsSpan().Fill(201);

        CollectionAssert.AreEqual(plain, Warped(plain, Size, Matrix3x2.CreateRotation(0.7f) * Matrix3x2.CreateScale(1.3f, 0.8f) * Matrix3x2.CreateTranslation(0.3f, -20.6f)));
    }

    /// <summary>Keys' interpolation reproduces polynomials of the second degree.</summary>
    [TestMethod]
    public void Between_pixels_a_parabola_is_met_exactly()
    {
        var row = new ImageSize(1, 4, 16);
        byte[] parabola = [.. Enumerable.Range(0, row.Length).Select(i => (byte)(i % 16 * (i % 16)))];

        byte[] moved = Warped(parabola, row, Matrix3x2.CreateTranslation(0.5f, 0));

        for (int x = 1; x < 13; x++)
        {
            Assert.AreEqual(Math.Round((x + 0.5) * (x + 0.5)), moved[x], 0.51, $"{x}");
        }
    }

    [TestMethod]
    public void Numbers_that_are_no_bytes_are_not_rounded_and_stay_in_their_range()
    {
        var row = new ImageSize(1, 4, 16);
        var format = PixelFormat.Of(new SimpleDiffusionOptions { PixelMinimum = 0, PixelMaximum = 200 });
        float[] parabola = [.. Enumerable.Range(0, row.Length).Select(i => (float)(i % 16 * (i % 16)) - 0.125f)];

        ImageWarp.Apply(parabola.AsSpan(), row, format, Matrix3x2.CreateTranslation(0.5f, 0), wraps: false);

        for (int x = 1; x < 13; x++)
        {
            Assert.AreEqual(((x + 0.5f) * (x + 0.5f)) - 0.125f, parabola[x], 1e-3f, $"{x}");
        }

        Assert.AreEqual(200f, parabola[14]);
    }

    [TestMethod]
    public void Colours_stay_premultiplied()
    {
        var size = new ImageSize(4, 8, 8);
        byte[] image = Alpha.Premultiply(Random(size), size);

        byte[] warped = Warped(image, size, Matrix3x2.CreateRotation(0.5f) * Matrix3x2.CreateScale(1.2f));

        for (int i = 0; i < 3 * 64; i++)
        {
            Assert.IsLessThanOrEqualTo(warped[(3 * 64) + (i % 64)], warped[i]);
        }
    }

    private static byte[] Warped(byte[] image, ImageSize size, Matrix3x2 toSource, bool wraps = false)
    {
        byte[] warped = [.. image];
        ImageWarp.Apply(warped, size, toSource, wraps);
        return warped;
    }

    private static byte[] Random(ImageSize size)
    {
        var pixels = new byte[size.Length];
        new Random(3).NextBytes(pixels);
        return pixels;
    }

    private static IEnumerable<(int Channel, int Y, int X)> Places(ImageSize size)
        => from channel in Enumerable.Range(0, size.Channels) from y in Enumerable.Range(0, size.Height) from x in Enumerable.Range(0, size.Width) select (channel, y, x);

    private static int At(ImageSize size, int channel, int y, int x) => (((channel * size.Height) + y) * size.Width) + x;

    private static int Mirrored(int index, int count) => index < 0 ? -index : index >= count ? (2 * (count - 1)) - index : index;
}
