using System.Numerics;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Randomness;

namespace Microsoft.ML.SimpleDiffusion.Training.Feed;

/// <summary>
/// How a training image is transformed: mirrored, then scaled, turned, stretched and shifted, by the amounts of Karras et al. 2022
/// (augmentation regularization). The default value is an image that is left as it is.
/// </summary>
internal readonly record struct ImageTransform
{
    /// <summary>Kinds of transformations, each drawn by itself.</summary>
    private const int Kinds = 6;

    /// <summary>Octaves of a deviation of scaling and of stretching.</summary>
    private const double Octaves = 0.2;

    /// <summary>Share of the width or height of a deviation of shifts.</summary>
    private const double ShiftUnit = 0.125;

    public bool MirrorsLeftRight { get; init; }

    public bool MirrorsTopBottom { get; init; }

    /// <summary>Larger by so many fifths of an octave.</summary>
    public double Enlargement { get; init; }

    /// <summary>Turned clockwise, in radians.</summary>
    public double Angle { get; init; }

    /// <summary>Longer by so many fifths of an octave in one direction, and shorter across.</summary>
    public double Stretch { get; init; }

    /// <summary>That direction, clockwise from the right, in radians, 0 to half a turn.</summary>
    public double StretchAngle { get; init; }

    /// <summary>Shifted to the right by so many eighths of the width.</summary>
    public double Right { get; init; }

    /// <summary>Shifted down by so many eighths of the height.</summary>
    public double Down { get; init; }

    /// <summary>
    /// What a network is told of it, which is all zeros for an image that is left as it is. Unlike Karras et al. it is told twice the angle of a stretch, so that the
    /// same stretch is always told the same.
    /// </summary>
    public float[] Numbers =>
    [
        MirrorsLeftRight ? 1 : 0,
        MirrorsTopBottom ? 1 : 0,
        (float)Enlargement,
        (float)(Math.Cos(Angle) - 1),
        (float)Math.Sin(Angle),
        (float)(Stretch * Math.Cos(2 * StretchAngle)),
        (float)(Stretch * Math.Sin(2 * StretchAngle)),
        (float)Right,
        (float)Down,
    ];

    /// <summary>
    /// Draws how an image is transformed. Each kind is drawn by itself and with the same probability, which is such that the given share of images have one kind or
    /// more. Half of the turns of square images are by quarters and half of the shifts by whole pixels, which take nothing of the sharpness.
    /// </summary>
    /// <param name="share">Probability that the image is transformed at all, 0 to below 1.</param>
    /// <param name="size">Its size.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="step">Optimizer step.</param>
    /// <param name="position">Number of the example in the step.</param>
    public static ImageTransform Draw(double share, ImageSize size, ulong seed, ulong step, ulong position)
    {
        var draws = new Draws(seed, step, position);
        double probability = 1 - Math.Pow(1 - share, 1.0 / Kinds);
        var drawn = new ImageTransform { MirrorsLeftRight = draws.Happens(probability), MirrorsTopBottom = draws.Happens(probability) };
        if (draws.Happens(probability))
        {
            drawn = drawn with { Enlargement = draws.Normal() };
        }

        if (draws.Happens(probability))
        {
            bool isByQuarters = size.Height == size.Width && draws.Happens(0.5);
            drawn = drawn with { Angle = isByQuarters ? Math.PI / 2 * (1 + Math.Floor(3 * draws.Uniform())) : Math.Tau * (draws.Uniform() - 0.5) };
        }

        if (draws.Happens(probability))
        {
            drawn = drawn with { Stretch = draws.Normal(), StretchAngle = Math.PI * draws.Uniform() };
        }

        if (draws.Happens(probability))
        {
            bool isByPixels = draws.Happens(0.5);
            drawn = drawn with { Right = Shift(draws.Normal(), size.Width, isByPixels), Down = Shift(draws.Normal(), size.Height, isByPixels) };
        }

        return drawn;
    }

    /// <summary>Transforms an image.</summary>
    /// <param name="record">Its pixels [C, H, W], as their format is.</param>
    /// <param name="size">C, H and W.</param>
    /// <param name="format">What the pixels are.</param>
    /// <param name="wraps">Whether it continues at its other sides.</param>
    public void Apply(Span<byte> record, ImageSize size, PixelFormat format, bool wraps)
    {
        if (this == default)
        {
            return;
        }

        if (format.IsBytes)
        {
            ImageWarp.Apply(record, size, ToSource(size), wraps);
        }
        else
        {
            ImageWarp.Apply(PixelFormat.Floats(record), size, format, ToSource(size), wraps);
        }
    }

    /// <summary>Backwards: from where a pixel ends up to where it comes from.</summary>
    private Matrix3x2 ToSource(ImageSize size)
    {
        float enlargement = (float)Math.Pow(2, Octaves * Enlargement), stretch = (float)Math.Pow(2, Octaves * Stretch);
        return Matrix3x2.CreateTranslation((float)(-Right * ShiftUnit * size.Width), (float)(-Down * ShiftUnit * size.Height))
            * Matrix3x2.CreateRotation((float)-StretchAngle) * Matrix3x2.CreateScale(1 / stretch, stretch) * Matrix3x2.CreateRotation((float)StretchAngle)
            * Matrix3x2.CreateRotation((float)-Angle)
            * Matrix3x2.CreateScale(1 / enlargement)
            * Matrix3x2.CreateScale(MirrorsLeftRight ? -1 : 1, MirrorsTopBottom ? -1 : 1);
    }

    private static double Shift(double deviations, int side, bool isByPixels)
        => isByPixels ? Math.Round(deviations * ShiftUnit * side) / (ShiftUnit * side) : deviations;

    /// <summary>The random numbers of an image, one after the other.</summary>
    private sealed class Draws(ulong seed, ulong step, ulong position)
    {
        /// <summary>More than an image needs.</summary>
        private const ulong PerImage = 32;

        /// <summary>Beyond, hardly anything is left of an image.</summary>
        private const double MaxDeviations = 3;

        private ulong _next = PerImage * position;

        public double Uniform() => StatelessRandom.Uniform(seed, RandomPurpose.Augmentation, step, _next++);

        public bool Happens(double probability) => Uniform() < probability;

        public double Normal() => Math.Clamp(NormalDistribution.Quantile(Uniform()), -MaxDeviations, MaxDeviations);
    }
}
