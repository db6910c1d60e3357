using System.Numerics.Tensors;
using static System.FormattableString;

namespace Microsoft.ML.SimpleDiffusion.Data.Imaging;

/// <summary>Looks, while images are read, at the range of their pixels, and tells where it is hardly 0 to 255, or the range that is stated.</summary>
/// <param name="column">Name of the column.</param>
/// <param name="format">How the pixels are held.</param>
internal sealed class PixelCensus(string column, PixelFormat format)
{
    /// <summary>Images whose pixels all lie within fewer levels show next to nothing: values of 8 to 13 bits in files of 16 bits do so.</summary>
    private const int FewestLevels = 64;

    /// <summary>Resizing with a sharp filter overshoots; more values than that do not come from it.</summary>
    private const double NotableShare = 0.01;

    private int _count;
    private byte _darkest = byte.MaxValue;
    private byte _brightest;
    private VectorRange? _vectors;
    private int _faint;

    public void Add(PlanarImage image)
    {
        if (!format.IsBytes)
        {
            _vectors = image.Vector!.Value.And(_vectors);
            return;
        }

        _count++;
        _darkest = Math.Min(_darkest, TensorPrimitives.Min<byte>(image.Pixels));
        _brightest = Math.Max(_brightest, TensorPrimitives.Max<byte>(image.Pixels));
        if (image.Vector is { } vector)
        {
            _vectors = vector.And(_vectors);
            _faint += vector.IsFaint ? 1 : 0;
        }
    }

    /// <summary>A sentence about the range of the pixels, or null if it may be what is meant.</summary>
    public string? Describe() => format.IsBytes ? DescribeBytes() : DescribeRange();

    private string? DescribeRange() => _vectors is { } all && all.Max - all.Min < FewestLevels / 256f * (format.Maximum - format.Minimum)
        ? Invariant($"The pixels of image column '{column}' lie between {all.Min:G4} and {all.Max:G4}, a small part of PixelMinimum to PixelMaximum ({format}), ")
            + "so that there is next to nothing to see: a range that is closer to them would be learnt better."
        : null;

    private string? DescribeBytes()
    {
        if (_vectors is { } vectors && _faint == _count)
        {
            string remedy = vectors.Min < 0 ? "add 1 and multiply by 127.5" : "multiply by 255";
            return Invariant($"The pixels of image column '{column}' lie between {vectors.Min:G4} and {vectors.Max:G4}, ") + $"but are read as 0 (black) to 255 (white), so that all images are all but black: {remedy}.";
        }

        if (_faint >= Math.Max(1, NotableShare * _count))
        {
            return $"{_faint} of {_count} images of column '{column}' have no pixel above 1, but pixels are read as 0 (black) to 255 (white): are they of another range than the others?";
        }

        if (_vectors is { } all && all.Outside > NotableShare * all.Length)
        {
            string remedy = all is { Min: >= 0, Max: > 4096 and <= 65535 } ? "divide by 257" : "scale them to that range";
            return Invariant($"{all.Outside / (double)all.Length:P0} of the pixels of image column '{column}' lie outside 0 (black) to 255 (white) and are cut off, ")
                + Invariant($"since there are values from {all.Min:G4} to {all.Max:G4}: {remedy}.");
        }

        return _brightest - _darkest + 1 < FewestLevels
            ? $"All pixels of all images of column '{column}' lie between {_darkest} and {_brightest}, where 0 is black and 255 white, so that there is next to nothing to see. "
                + "Values of 8 to 13 bits in files of 16 bits look like that: stretch them to the full range."
            : null;
    }
}

/// <summary>The values of a vector of pixels as they came.</summary>
/// <param name="Min">The lowest.</param>
/// <param name="Max">The highest.</param>
/// <param name="Outside">How many round to something outside 0 to 255.</param>
/// <param name="Length">How many there are.</param>
internal readonly record struct VectorRange(float Min, float Max, long Outside, long Length)
{
    /// <summary>Whether all lie between -1 and 1 and not all are 0, which is black.</summary>
    public bool IsFaint => Min >= -1 && Max <= 1 && (Min < 0 || Max > 0);

    public static VectorRange Of(ReadOnlySpan<float> values)
    {
        long outside = 0;
        foreach (float value in values)
        {
            outside += value is < -0.5f or > 255.5f ? 1 : 0;
        }

        return new VectorRange(TensorPrimitives.Min(values), TensorPrimitives.Max(values), outside, values.Length);
    }

    public VectorRange And(VectorRange? other)
        => other is { } o ? new VectorRange(Math.Min(Min, o.Min), Math.Max(Max, o.Max), Outside + o.Outside, Length + o.Length) : this;
}
