using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Conditioning;
using Microsoft.ML.SimpleDiffusion.Imaging;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.SimpleDiffusion.Training.Data;

/// <summary>Reads the image column of the training data, whatever of its kinds it is.</summary>
internal static class ImageColumn
{
    public const string Expected = "image, file path, or pixel vector [channels, height, width] of Byte or Single";

    /// <summary>Finds the column.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is missing or of another type.</exception>
    public static DataViewSchema.Column Find(DataViewSchema schema, SimpleDiffusionOptions options)
    {
        string name = options.ImageColumnName;
        var column = schema.GetColumnOrNull(name) ?? throw ColumnErrors.Missing("image", name);
        return column.Type is ImageDataViewType or TextDataViewType || PixelSize(column.Type) is ImageSize size && size.Channels == options.Channels
            ? column
            : throw ColumnErrors.Mismatch("image", name, options.Channels == 1 ? Expected + " with 1 channel" : Expected + " with 3 channels", column.Type.ToString()!);
    }

    /// <summary>
    /// A function that captures the current row's image and returns the work that is left: decoding a path can then go on elsewhere while the
    /// cursor moves on.
    /// </summary>
    public static Func<Func<byte[]>> CreateCapture(DataViewRow row, DataViewSchema.Column column, ImageSize size) => column.Type switch
    {
        ImageDataViewType => CaptureImage(row.GetGetter<MLImage>(column), size),
        TextDataViewType => CapturePath(row.GetGetter<ReadOnlyMemory<char>>(column), size),
        VectorDataViewType { ItemType.RawType: var item } when item == typeof(byte)
            => CaptureBytes(row.GetGetter<VBuffer<byte>>(column), PixelSize(column.Type)!.Value, size),
        _ => CaptureFloats(row.GetGetter<VBuffer<float>>(column), PixelSize(column.Type)!.Value, size),
    };

    /// <summary>Path of the current row's image, for messages; null where the column has none.</summary>
    public static Func<string?> CreatePathGetter(DataViewRow row, DataViewSchema.Column column)
    {
        if (column.Type is not TextDataViewType)
        {
            return () => null;
        }

        var getter = row.GetGetter<ReadOnlyMemory<char>>(column);
        return () =>
        {
            ReadOnlyMemory<char> path = default;
            getter(ref path);
            return path.ToString();
        };
    }

    /// <summary>Size of the pictures in a pixel vector column, or null if it is none.</summary>
    private static ImageSize? PixelSize(DataViewType type)
        => type is VectorDataViewType { Dimensions: [var channels, var height, var width] } vector
            && channels is 1 or 3 && height > 0 && width > 0
            && (vector.ItemType.RawType == typeof(byte) || vector.ItemType.RawType == typeof(float))
            ? new ImageSize(channels, height, width)
            : null;

    private static Func<Func<byte[]>> CaptureImage(ValueGetter<MLImage> getter, ImageSize size)
    {
        MLImage? image = null;
        return () =>
        {
            getter(ref image!);

            // The next row may reuse or dispose of the image, so it is converted at once.
            byte[] pixels = image is null ? throw new ImageFormatException("there is no image") : PixelConverter.ToPlanar(image, size);
            return () => pixels;
        };
    }

    private static Func<Func<byte[]>> CapturePath(ValueGetter<ReadOnlyMemory<char>> getter, ImageSize size) => () =>
    {
        ReadOnlyMemory<char> value = default;
        getter(ref value);
        string path = value.ToString();
        return () => path.Length == 0 ? throw new ImageFormatException("the path is empty") : ImageDecoder.DecodeFile(path, size);
    };

    private static Func<Func<byte[]>> CaptureBytes(ValueGetter<VBuffer<byte>> getter, ImageSize from, ImageSize size)
    {
        VBuffer<byte> buffer = default;
        return () =>
        {
            getter(ref buffer);
            byte[] pixels = PixelConverter.ToPlanar([.. buffer.DenseValues()], from, size);
            return () => pixels;
        };
    }

    private static Func<Func<byte[]>> CaptureFloats(ValueGetter<VBuffer<float>> getter, ImageSize from, ImageSize size)
    {
        VBuffer<float> buffer = default;
        return () =>
        {
            getter(ref buffer);
            byte[] pixels = PixelConverter.ToPlanar(buffer.DenseValues().Select(ToByte).ToArray(), from, size);
            return () => pixels;
        };
    }

    private static byte ToByte(float value)
        => float.IsNaN(value) ? throw new ImageFormatException("it has a pixel that is not a number") : (byte)Math.Clamp(MathF.Round(value), 0, 255);
}
