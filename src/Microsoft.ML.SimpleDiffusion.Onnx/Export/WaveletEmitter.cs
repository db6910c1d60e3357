using Microsoft.ML.SimpleDiffusion.Onnx.Format;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Export;

/// <summary>Writes the 5/3 wavelet of JPEG 2000 as slices, sums and reshapes; see the core's Wavelet53, whose order of channels this is.</summary>
/// <param name="graph">Where to.</param>
internal sealed class WaveletEmitter(OnnxGraph graph)
{
    private const int Channels = 1;
    private const int Height = 2;
    private const int Width = 3;

    private static readonly float Sqrt2 = MathF.Sqrt(2);
    private static readonly float InverseSqrt2 = (float)(1 / Math.Sqrt(2));

    /// <param name="x">Images [N, C, H, W].</param>
    /// <param name="levels">1 or more.</param>
    /// <param name="channels">C.</param>
    /// <param name="size">H and W.</param>
    /// <returns>[N, 4^levels C, H / 2^levels, W / 2^levels].</returns>
    public string Forward(string x, int levels, int channels, MapSize size)
    {
        var (low, high) = Lift(x, Width, size.Width);
        var (lowLow, lowHigh) = Lift(low, Height, size.Height);
        var (highLow, highHigh) = Lift(high, Height, size.Height);
        string details = Concat(Channels, lowHigh, highLow, highHigh);
        var half = new MapSize(size.Height / 2, size.Width / 2);
        return levels == 1 ? Concat(Channels, lowLow, details) : Concat(Channels, Forward(lowLow, levels - 1, channels, half), Unshuffled(details, 3 * channels, 1 << (levels - 1), half));
    }

    /// <summary>Undoes <see cref="Forward"/>.</summary>
    /// <param name="bands">[N, 4^levels C, H / 2^levels, W / 2^levels].</param>
    /// <param name="levels">1 or more.</param>
    /// <param name="channels">C.</param>
    /// <param name="size">H and W.</param>
    public string Inverse(string bands, int levels, int channels, MapSize size)
    {
        long all = channels << (2 * levels), coarse = all / 4;
        string lowLow = Slice(bands, Channels, 0, coarse), details = Slice(bands, Channels, coarse, all);
        int halfHeight = size.Height / 2, halfWidth = size.Width / 2;
        if (levels > 1)
        {
            lowLow = Inverse(lowLow, levels - 1, channels, new MapSize(halfHeight, halfWidth));
            details = graph.Op("DepthToSpace", [details], new("blocksize", 1 << (levels - 1)), new("mode", "CRD"));
        }

        string[] parts = graph.Split(details, Channels, channels, channels, channels);
        string low = Unlift(lowLow, parts[0], Height, halfHeight, [0, channels, size.Height, halfWidth]);
        string high = Unlift(parts[1], parts[2], Height, halfHeight, [0, channels, size.Height, halfWidth]);
        return Unlift(low, high, Width, halfWidth, [0, channels, size.Height, size.Width]);
    }

    private (string Low, string High) Lift(string x, int axis, int length)
    {
        string even = Slice(x, axis, 0, length, step: 2), odd = Slice(x, axis, 1, length, step: 2);
        string detail = graph.Op("Sub", [odd, Times(graph.Op("Add", [even, Next(even, axis, length / 2)]), 0.5f)]);
        string low = graph.Op("Add", [even, Times(graph.Op("Add", [detail, Previous(detail, axis, length / 2)]), 0.25f)]);
        return (Times(low, Sqrt2), Times(detail, InverseSqrt2));
    }

    private string Unlift(string low, string high, int axis, int half, long[] shape)
    {
        string detail = Times(high, Sqrt2);
        string even = graph.Op("Sub", [Times(low, InverseSqrt2), Times(graph.Op("Add", [detail, Previous(detail, axis, half)]), 0.25f)]);
        string odd = graph.Op("Add", [detail, Times(graph.Op("Add", [even, Next(even, axis, half)]), 0.5f)]);
        string between = graph.Ints(axis + 1);
        return graph.Reshape(Concat(axis + 1, graph.Op("Unsqueeze", [even, between]), graph.Op("Unsqueeze", [odd, between])), shape);
    }

    /// <summary>Element i + 1 at i; the last repeats.</summary>
    private string Next(string x, int axis, int length) => Concat(axis, Slice(x, axis, 1, length), Slice(x, axis, length - 1, length));

    /// <summary>Element i - 1 at i; the first repeats.</summary>
    private string Previous(string x, int axis, int length) => Concat(axis, Slice(x, axis, 0, 1), Slice(x, axis, 0, length - 1));

    /// <summary>Blocks of pixels as channels, in the order of PyTorch, which SpaceToDepth has not.</summary>
    private string Unshuffled(string x, int channels, int block, MapSize size)
    {
        string split = graph.Reshape(x, 0, channels, size.Height / block, block, size.Width / block, block);
        return graph.Reshape(graph.Transpose(split, 0, 1, 3, 5, 2, 4), 0, channels * block * block, size.Height / block, size.Width / block);
    }

    private string Times(string x, float factor) => graph.Op("Mul", [x, graph.Scalar(factor)]);

    private string Concat(int axis, params string[] parts) => graph.Op("Concat", parts, new OnnxAttribute("axis", axis));

    private string Slice(string x, int axis, long start, long end, long step = 1)
        => graph.Op("Slice", [x, graph.Ints(start), graph.Ints(end), graph.Ints(axis), graph.Ints(step)]);
}
