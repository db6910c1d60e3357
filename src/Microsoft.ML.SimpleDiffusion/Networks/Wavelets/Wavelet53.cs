using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Wavelets;

/// <summary>
/// The two-dimensional 5/3 wavelet of JPEG 2000 (section 3.3, 'dwt_1' and 'dwt_2'), as a map between images and fewer pixels with more channels.
/// Invertible up to rounding.
/// </summary>
/// <remarks>
/// Order of the channels, for an image of C channels: the coarsest level's LL, LH, HL and HH with C channels each, then the LH, HL and HH of
/// each finer level, folded to the lowest resolution by space-to-depth. The first letter is the band along the width, the second along the height.
/// </remarks>
internal static class Wavelet53
{
    private const int Height = 2;
    private const int Width = 3;

    /// <param name="x">Images [B, C, H, W], H and W divisible by 2^levels.</param>
    /// <param name="levels">1 or more.</param>
    /// <returns>[B, 4^levels C, H / 2^levels, W / 2^levels].</returns>
    /// <exception cref="ArgumentException">A side is not divisible.</exception>
    public static Tensor Forward(Tensor x, int levels)
    {
        RequireDivisible(x, levels);
        using var scope = NewDisposeScope();
        var (low, high) = Lifting53.Forward(x, Width);
        var (lowLow, lowHigh) = Lifting53.Forward(low, Height);
        var (highLow, highHigh) = Lifting53.Forward(high, Height);
        var details = cat([lowHigh, highLow, highHigh], dim: 1);
        var bands = levels == 1
            ? cat([lowLow, details], dim: 1)
            : cat([Forward(lowLow, levels - 1), nn.functional.pixel_unshuffle(details, 1 << (levels - 1))], dim: 1);
        return bands.MoveToOuterDisposeScope();
    }

    /// <summary>Undoes <see cref="Forward"/>.</summary>
    public static Tensor Inverse(Tensor bands, int levels)
    {
        using var scope = NewDisposeScope();
        long channels = bands.shape[1] >> (2 * levels);
        long coarse = bands.shape[1] / 4;
        var lowLow = bands.narrow(1, 0, coarse);
        var details = bands.narrow(1, coarse, bands.shape[1] - coarse);
        if (levels > 1)
        {
            lowLow = Inverse(lowLow, levels - 1);
            details = nn.functional.pixel_shuffle(details, 1 << (levels - 1));
        }

        var parts = details.split(channels, dim: 1);
        var low = Lifting53.Inverse(lowLow, parts[0], Height);
        var high = Lifting53.Inverse(parts[1], parts[2], Height);
        return Lifting53.Inverse(low, high, Width).MoveToOuterDisposeScope();
    }

    private static void RequireDivisible(Tensor x, int levels)
    {
        int factor = 1 << levels;
        if (x.shape[Height] % factor != 0 || x.shape[Width] % factor != 0)
        {
            throw new ArgumentException($"An image of {x.shape[Height]}x{x.shape[Width]} pixels cannot be halved {levels} times: both sides must be divisible by {factor}.", nameof(x));
        }
    }
}

/// <summary>
/// One level of the 5/3 wavelet along one dimension by lifting (Le Gall and Tabatabai 1988; Sweldens 1996), with whole-sample symmetric
/// extension. Gains are those of the orthonormal convention of 'bior2.2': sqrt(2) for the constant, so that white noise of variance 1 gets
/// 1.44 in the low and 0.75 in the high band.
/// </summary>
internal static class Lifting53
{
    private static readonly double Sqrt2 = Math.Sqrt(2);

    /// <param name="x">Signal, of even length along <paramref name="dimension"/>.</param>
    /// <param name="dimension">Dimension to transform.</param>
    /// <returns>Low and high band, half as long.</returns>
    public static (Tensor Low, Tensor High) Forward(Tensor x, int dimension)
    {
        using var scope = NewDisposeScope();
        long half = x.shape[dimension] / 2;
        var pairs = x.unflatten(dimension, [half, 2]);
        Tensor even = pairs.select(dimension + 1, 0), odd = pairs.select(dimension + 1, 1);
        var detail = odd - ((even + Next(even, dimension)) * 0.5);
        var low = even + ((detail + Previous(detail, dimension)) * 0.25);
        return ((low * Sqrt2).MoveToOuterDisposeScope(), (detail * (1 / Sqrt2)).MoveToOuterDisposeScope());
    }

    /// <summary>Undoes <see cref="Forward"/>.</summary>
    public static Tensor Inverse(Tensor low, Tensor high, int dimension)
    {
        using var scope = NewDisposeScope();
        var detail = high * Sqrt2;
        var even = (low * (1 / Sqrt2)) - ((detail + Previous(detail, dimension)) * 0.25);
        var odd = detail + ((even + Next(even, dimension)) * 0.5);
        return stack([even, odd], dimension + 1).flatten(dimension, dimension + 1).MoveToOuterDisposeScope();
    }

    /// <summary>Element i + 1 at i; the last repeats, which is what the symmetric extension gives for even samples.</summary>
    private static Tensor Next(Tensor x, int dimension)
    {
        long length = x.shape[dimension];
        return cat([x.narrow(dimension, 1, length - 1), x.narrow(dimension, length - 1, 1)], dimension);
    }

    /// <summary>Element i - 1 at i; the first repeats, which is what the symmetric extension gives for odd samples.</summary>
    private static Tensor Previous(Tensor x, int dimension)
    {
        long length = x.shape[dimension];
        return cat([x.narrow(dimension, 0, 1), x.narrow(dimension, 0, length - 1)], dimension);
    }
}
