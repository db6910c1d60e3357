using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Wavelets;

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
