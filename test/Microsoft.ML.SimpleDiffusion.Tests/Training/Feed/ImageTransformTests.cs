using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using Microsoft.ML.SimpleDiffusion.Training.Feed;

namespace Microsoft.ML.SimpleDiffusion.Tests.Training.Feed;

[TestClass]
public class ImageTransformTests
{
    private const int Count = 20_000;

    private static readonly ImageSize Square = new(1, 64, 64);

    [TestMethod]
    public void Image_that_is_left_as_it_is_is_told_as_zeros()
    {
        byte[] image = Ramp(Square);
        byte[] same = [.. image];
        default(ImageTransform).Apply(same, Square, PixelFormat.Bytes, wraps: false);

        CollectionAssert.AreEqual(image, same);
        CollectionAssert.AreEqual(new float[EmbeddingPlan.AugmentationNumbers], default(ImageTransform).Numbers);
    }

    [TestMethod]
    public void Network_is_told_what_has_been_done()
    {
        var transform = new ImageTransform
        {
            MirrorsLeftRight = true,
            MirrorsTopBottom = true,
            Enlargement = 0.5,
            Angle = Math.PI / 2,
            Stretch = 2,
            StretchAngle = Math.PI / 6,
            Right = -1,
            Down = 0.25,
        };

        float[] expected = [1, 1, 0.5f, -1, 1, 1, MathF.Sqrt(3), -1, 0.25f];
        foreach (var (want, have) in expected.Zip(transform.Numbers))
        {
            Assert.AreEqual(want, have, 1e-6f);
        }
    }

    [TestMethod]
    public void Shift_of_an_eighth_moves_what_is_shown_by_an_eighth_of_the_side()
    {
        byte[] image = Ramp(Square);
        byte[] moved = [.. image];
        new ImageTransform { Right = 1, Down = -0.5 }.Apply(moved, Square, PixelFormat.Bytes, wraps: true);

        for (int y = 0; y < 64; y++)
        {
            for (int x = 0; x < 64; x++)
            {
                Assert.AreEqual(image[((y + 4) % 64 * 64) + ((x + 64 - 8) % 64)], moved[(y * 64) + x]);
            }
        }
    }

    [TestMethod]
    public void Five_deviations_of_scaling_or_stretching_are_an_octave()
    {
        // Levels are three per pixel from the middle to the right.
        byte[] image = [.. Enumerable.Range(0, 64 * 64).Select(i => (byte)(128 + (3 * ((i % 64) - 32))))];
        byte[] larger = [.. image], wide = [.. image], high = [.. image];
        new ImageTransform { Enlargement = 5 }.Apply(larger, Square, PixelFormat.Bytes, wraps: false);
        new ImageTransform { Stretch = 5 }.Apply(wide, Square, PixelFormat.Bytes, wraps: false);
        new ImageTransform { Stretch = 5, StretchAngle = Math.PI / 2 }.Apply(high, Square, PixelFormat.Bytes, wraps: false);

        int row = 30 * 64;
        for (int x = 4; x < 60; x++)
        {
            double source = 31.5 + ((x - 31.5) / 2);
            Assert.AreEqual(128 + (3 * (source - 32)), larger[row + x], 0.51, $"{x}");
            Assert.AreEqual(larger[row + x], wide[row + x], $"{x}");
        }

        Assert.AreEqual(128 + (3 * (31.5 + ((36 - 31.5) * 2) - 32)), high[row + 36], 0.51, "across, it is narrower");
    }

    [TestMethod]
    public void Turn_by_a_quarter_is_clockwise()
    {
        byte[] image = Ramp(Square);
        byte[] turned = [.. image];
        new ImageTransform { Angle = Math.PI / 2 }.Apply(turned, Square, PixelFormat.Bytes, wraps: false);

        CollectionAssert.AreEqual(QuarterTurn.Clockwise(image, Square), turned);
    }

    [TestMethod]
    [DataRow(0.1)]
    [DataRow(0.47)]
    [DataRow(0.95)]
    public void Share_of_the_images_is_transformed_and_each_kind_as_often(double share)
    {
        var drawn = Draws(share, Square);

        // Three standard deviations are at most 0.011.
        Assert.AreEqual(share, drawn.Count(transform => transform != default) / (double)Count, 0.012);
        Assert.AreEqual(share, drawn.Count(transform => transform.Numbers.Any(number => number != 0)) / (double)Count, 0.012);
        double each = 1 - Math.Pow(1 - share, 1.0 / 6);
        foreach (Func<ImageTransform, bool> has in new Func<ImageTransform, bool>[]
        {
            transform => transform.MirrorsLeftRight, transform => transform.MirrorsTopBottom, transform => transform.Enlargement != 0, transform => transform.Angle != 0,
            transform => transform.Stretch != 0, transform => transform.Right != 0 || transform.Down != 0,
        })
        {
            Assert.AreEqual(each, drawn.Count(has) / (double)Count, 0.012);
        }
    }

    [TestMethod]
    public void Amounts_are_normal_with_deviation_1_and_angles_uniform()
    {
        var drawn = Draws(0.95, Square);
        double[] enlargements = [.. drawn.Select(transform => transform.Enlargement).Where(amount => amount != 0)];
        double[] stretches = [.. drawn.Where(transform => transform.Stretch != 0).Select(transform => transform.StretchAngle)];

        Assert.AreEqual(0, enlargements.Average(), 0.05);
        Assert.AreEqual(1, Math.Sqrt(enlargements.Average(amount => amount * amount)), 0.05);
        Assert.IsLessThanOrEqualTo(3, enlargements.Max(Math.Abs));
        Assert.AreEqual(Math.PI / 2, stretches.Average(), 0.05);
    }

    [TestMethod]
    public void Half_of_the_turns_of_squares_are_by_quarters_and_none_of_others_and_half_of_the_shifts_by_whole_pixels()
    {
        var square = Draws(0.9, Square).Where(transform => transform.Angle != 0).ToArray();
        var wide = Draws(0.9, new ImageSize(1, 32, 64)).Where(transform => transform.Angle != 0).ToArray();
        var shifts = Draws(0.9, Square).Where(transform => transform.Right != 0).ToArray();

        Assert.AreEqual(0.5, square.Count(IsByQuarters) / (double)square.Length, 0.03);
        Assert.HasCount(3, square.Where(IsByQuarters).Select(transform => Math.Round(transform.Angle, 3)).Distinct());
        Assert.IsFalse(wide.Any(IsByQuarters));
        Assert.AreEqual(0.5, shifts.Count(transform => double.IsInteger(8 * transform.Right)) / (double)shifts.Length, 0.03);

        static bool IsByQuarters(ImageTransform transform) => Math.Abs(Math.IEEERemainder(transform.Angle, Math.PI / 2)) < 1e-9;
    }

    [TestMethod]
    public void Draw_follows_from_seed_step_and_position_alone()
    {
        Assert.AreEqual(ImageTransform.Draw(0.9, Square, 1, 2, 3), ImageTransform.Draw(0.9, Square, 1, 2, 3));
        Assert.HasCount(4, new (ulong, ulong, ulong)[] { (1, 2, 3), (2, 2, 3), (1, 3, 3), (1, 2, 4) }.Select(key => ImageTransform.Draw(0.95, Square, key.Item1, key.Item2, key.Item3)).Distinct());
    }

    private static ImageTransform[] Draws(double share, ImageSize size)
        => [.. Enumerable.Range(0, Count).Select(i => ImageTransform.Draw(share, size, seed: 5, (ulong)(i / 100), (ulong)(i % 100)))];

    private static byte[] Ramp(ImageSize size) => [.. Enumerable.Range(0, size.Length).Select(i => (byte)(i * 7))];
}
