using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.ResNet.Network;

namespace Microsoft.ML.SimpleDiffusion.ResNet.Pictures;

/// <summary>Reads a column of images, of any kind that training reads, as pictures for the network: a square around the centre, transparency on white, grey as colour.</summary>
internal sealed class PictureColumn
{
    private readonly int _channels;

    private PictureColumn(DataViewSchema.Column column, int channels) => (Column, _channels) = (column, channels);

    public DataViewSchema.Column Column { get; }

    /// <summary>Finds the column.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is missing or of another type.</exception>
    public static PictureColumn Find(DataViewSchema schema, string name)
    {
        // Pixel vectors say how many channels they have; of all else red, green and blue are taken.
        int channels = schema.GetColumnOrNull(name)?.Type is VectorDataViewType { Dimensions: [1 or 4, _, _] dimensions } ? dimensions[0] : ResNet18Network.PictureSize.Channels;
        return new PictureColumn(ImageColumn.Find(schema, "image", name, channels), channels);
    }

    /// <summary>A function that captures the current row's image and returns the work that is left, which can be done elsewhere.</summary>
    public Func<Func<byte[]>> CreateReader(DataViewRow row)
    {
        var size = ResNet18Network.PictureSize with { Channels = _channels };
        var capture = ImageColumn.CreateCapture(row, Column, new TargetFormat(size, AllowsPortrait: false));
        return () =>
        {
            long position = row.Position;
            var decode = Guard(capture, position);
            return () => ToColor(Guard(decode, position).Pixels, size);
        };
    }

    private static T Guard<T>(Func<T> action, long row)
    {
        try
        {
            return action();
        }
        catch (ImageFormatException e)
        {
            throw new InvalidOperationException($"Row {row}: cannot read the image: {e.Message}.", e);
        }
    }

    /// <summary>Grey in all three planes; colours, which are premultiplied with alpha, on white.</summary>
    private static byte[] ToColor(byte[] pixels, ImageSize size)
    {
        int area = size.Height * size.Width;
        return size.Channels switch
        {
            1 => [.. pixels, .. pixels, .. pixels],
            4 => [.. pixels.Take(3 * area).Select((value, i) => (byte)Math.Min(value + byte.MaxValue - pixels[(3 * area) + (i % area)], byte.MaxValue))],
            _ => pixels,
        };
    }
}
