using System.Runtime.InteropServices;

namespace Microsoft.ML.SimpleDiffusion.Data.Imaging;

/// <summary>
/// How a model's pixels are held between columns and networks: as bytes, 0 to 255, or as float32 of a range that the options state, which 8- and 16-bit numbers go into
/// without loss. Either way an image is a record of bytes, planar [C, H, W]; this says how long it is, how it is turned, and what a picture of it looks like.
/// </summary>
internal sealed record PixelFormat
{
    private PixelFormat(float minimum, float maximum, bool isBytes) => (Minimum, Maximum, IsBytes) = (minimum, maximum, isBytes);

    /// <summary>The format of pictures.</summary>
    public static PixelFormat Bytes { get; } = new(byte.MinValue, byte.MaxValue, isBytes: true);

    /// <summary>What is -1 to the network.</summary>
    public float Minimum { get; }

    /// <summary>What is 1 to the network.</summary>
    public float Maximum { get; }

    /// <summary>Whether pixels are bytes, not float32.</summary>
    public bool IsBytes { get; }

    /// <summary>Bytes of a value.</summary>
    public int ValueLength => IsBytes ? sizeof(byte) : sizeof(float);

    /// <summary>Half the distance from minimum to maximum: what is 1 to the network in pixels.</summary>
    public float HalfWidth => (Maximum - Minimum) / 2;

    /// <summary>The format of a model's pixels.</summary>
    /// <param name="options">The model's, which have been checked.</param>
    public static PixelFormat Of(SimpleDiffusionOptions options)
        => options is { PixelMinimum: float minimum, PixelMaximum: float maximum } ? new PixelFormat(minimum, maximum, isBytes: false) : Bytes;

    /// <summary>Bytes of an image.</summary>
    public int RecordLength(ImageSize size) => checked(size.Length * ValueLength);

    /// <summary>Whether the last channel is alpha. Pixels of a stated range have no such meaning: a fourth channel is as good as any.</summary>
    public bool HasAlpha(ImageSize size) => IsBytes && size.HasAlpha;

    /// <summary>The pixels of a record of float32.</summary>
    public static Span<float> Floats(Span<byte> record) => MemoryMarshal.Cast<byte, float>(record);

    /// <inheritdoc cref="Floats(Span{byte})"/>
    public static ReadOnlySpan<float> Floats(ReadOnlySpan<byte> record) => MemoryMarshal.Cast<byte, float>(record);

    /// <summary>Size of the picture of an image: without a meaning, the first three channels are shown as red, green and blue, or the first as grey.</summary>
    public ImageSize PictureSize(ImageSize size) => IsBytes ? size : size with { Channels = size.Channels < 3 ? 1 : 3 };

    /// <summary>The picture of an image, planar bytes of <see cref="PictureSize"/>. The minimum is black and the maximum white.</summary>
    /// <param name="record">The image.</param>
    /// <param name="size">C, H and W of the image.</param>
    public byte[] ToPicture(byte[] record, ImageSize size)
        => IsBytes ? record : Array.ConvertAll(Floats(record.AsSpan())[..PictureSize(size).Length].ToArray(), value => (byte)MathF.Round((value - Minimum) / (Maximum - Minimum) * byte.MaxValue));

    /// <summary>In words, for errors and warnings.</summary>
    public override string ToString() => IsBytes ? "0 to 255 (bytes)" : FormattableString.Invariant($"{Minimum} to {Maximum}");
}
