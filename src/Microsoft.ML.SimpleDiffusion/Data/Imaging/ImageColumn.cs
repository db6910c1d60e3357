using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Data.Columns;
using Microsoft.ML.Transforms.Image;
using VectorKind = Microsoft.ML.SchemaShape.Column.VectorKind;

namespace Microsoft.ML.SimpleDiffusion.Data.Imaging;

/// <summary>Reads a column of images, whatever of its kinds it is.</summary>
internal static class ImageColumn
{
    public const string Expected = $"image, file path, image file (Byte vector of variable size), or {ExpectedVector}";

    private const string ExpectedVector = "pixel vector [channels, height, width] of Byte or Single";

    /// <summary>Checks the column before there is any data.</summary>
    /// <param name="input">What is known of the data.</param>
    /// <param name="name">Name of the column.</param>
    /// <param name="pixels">Format of the model's pixels.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is missing or of another type.</exception>
    public static void Check(SchemaShape input, string name, PixelFormat pixels)
    {
        if (pixels.IsBytes)
        {
            Check(input, name);
        }
        else
        {
            RequiredColumn.Check(input, "image", name, $"{RangeColumn.Expected}, since PixelMinimum and PixelMaximum are set", RangeColumn.Fits);
        }
    }

    /// <summary>Checks a column of pictures before there is any data.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is missing or of another type.</exception>
    public static void Check(SchemaShape input, string name) => RequiredColumn.Check(input, "image", name, Expected, column => column.Kind switch
    {
        VectorKind.Scalar => column.ItemType is ImageDataViewType or TextDataViewType,
        VectorKind.Vector => column.ItemType == NumberDataViewType.Single || column.ItemType == NumberDataViewType.Byte,
        VectorKind.VariableVector => column.ItemType == NumberDataViewType.Byte,
        _ => false,
    });

    /// <summary>Finds the column.</summary>
    /// <param name="schema">Columns of the data.</param>
    /// <param name="role">What the column is for, such as image.</param>
    /// <param name="name">Its name.</param>
    /// <param name="format">Format of the model's images.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is missing or of another type.</exception>
    public static DataViewSchema.Column Find(DataViewSchema schema, string role, string name, TargetFormat format)
        => format.Pixels.IsBytes ? Find(schema, role, name, format.Size.Channels) : RangeColumn.Find(schema, role, name, format);

    /// <summary>Finds a column of pictures.</summary>
    /// <param name="schema">Columns of the data.</param>
    /// <param name="role">What the column is for, such as image.</param>
    /// <param name="name">Its name.</param>
    /// <param name="channels">Channels of its pixel vectors.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is missing or of another type.</exception>
    public static DataViewSchema.Column Find(DataViewSchema schema, string role, string name, int channels)
    {
        var column = schema.GetColumnOrNull(name) ?? throw ColumnErrors.Missing(role, name);
        if (RangeColumn.DescribeRange(column) is string range)
        {
            throw ColumnErrors.Mismatch(role, name, "pixels of 0 to 255, as pictures have them", $"{column.Type} with pixels of {range}");
        }

        var wanted = new ImageSize(channels, 1, 1);
        bool isPicture = column.Type is ImageDataViewType or TextDataViewType || IsImageFile(column.Type);
        return (isPicture && wanted.IsPicture) || PixelSize(column.Type)?.Channels == channels
            ? column
            : throw ColumnErrors.Mismatch(
                role, name, wanted.IsPicture ? $"{Expected} with {channels} channel{(channels == 1 ? string.Empty : "s")}" : $"{ExpectedVector} with {channels} channels, since pictures have 1, 3 or 4", column.Type.ToString()!);
    }

    /// <summary>
    /// A function that captures the current row's image and returns the work that is left: decoding a file can then go on elsewhere while the
    /// cursor moves on.
    /// </summary>
    public static Func<Func<PlanarImage>> CreateCapture(DataViewRow row, DataViewSchema.Column column, TargetFormat format) => column.Type switch
    {
        _ when !format.Pixels.IsBytes => RangeColumn.CreateCapture(row, column, format),
        ImageDataViewType => CaptureImage(row.GetGetter<MLImage>(column), format),
        TextDataViewType => CapturePath(row.GetGetter<ReadOnlyMemory<char>>(column), format),
        var type when IsImageFile(type) => CaptureFile(row.GetGetter<VBuffer<byte>>(column), format),
        VectorDataViewType { ItemType.RawType: var item } when item == typeof(byte)
            => CaptureBytes(row.GetGetter<VBuffer<byte>>(column), PixelSize(column.Type)!.Value, format),
        _ => CaptureFloats(row.GetGetter<VBuffer<float>>(column), PixelSize(column.Type)!.Value, format),
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

    /// <summary>ML.NET takes arrays of any length from classes, whatever their VectorType attribute says.</summary>
    /// <exception cref="ImageFormatException">The vector has another length.</exception>
    public static void RequireLength(int length, ImageSize size)
    {
        if (length != size.Length)
        {
            throw new ImageFormatException($"it has {length} pixel values where [{size.Channels}, {size.Height}, {size.Width}] are {size.Length}");
        }
    }

    /// <summary>Whether each value is a whole image file. A property of type byte[] without a VectorType attribute makes such a column.</summary>
    private static bool IsImageFile(DataViewType type)
        => type is VectorDataViewType { IsKnownSize: false } vector && vector.ItemType.RawType == typeof(byte);

    /// <summary>Size of the images in a pixel vector column, or null if it is none.</summary>
    private static ImageSize? PixelSize(DataViewType type)
        => type is VectorDataViewType { Dimensions: [var channels, var height, var width] } vector
            && channels is >= 1 and <= ImageSize.MaxChannels && height > 0 && width > 0
            && (vector.ItemType.RawType == typeof(byte) || vector.ItemType.RawType == typeof(float))
            ? new ImageSize(channels, height, width)
            : null;

    private static Func<Func<PlanarImage>> CaptureImage(ValueGetter<MLImage> getter, TargetFormat format)
    {
        MLImage? image = null;
        return () =>
        {
            getter(ref image!);

            // The next row may reuse or dispose of the image, so it is converted at once.
            var pixels = image is null ? throw new ImageFormatException("there is no image") : PixelConverter.ToPlanar(image, format, ExifOrientation.Of(image));
            return () => pixels;
        };
    }

    private static Func<Func<PlanarImage>> CapturePath(ValueGetter<ReadOnlyMemory<char>> getter, TargetFormat format) => () =>
    {
        ReadOnlyMemory<char> value = default;
        getter(ref value);
        string path = value.ToString();
        return () => path.Length == 0 ? throw new ImageFormatException("the path is empty") : ImageDecoder.DecodeFile(path, format);
    };

    private static Func<Func<PlanarImage>> CaptureFile(ValueGetter<VBuffer<byte>> getter, TargetFormat format)
    {
        VBuffer<byte> buffer = default;
        return () =>
        {
            getter(ref buffer);
            byte[] file = buffer.IsDense ? buffer.GetValues().ToArray() : [.. buffer.DenseValues()];
            return () => ImageDecoder.Decode(file, format);
        };
    }

    private static Func<Func<PlanarImage>> CaptureBytes(ValueGetter<VBuffer<byte>> getter, ImageSize from, TargetFormat format)
    {
        VBuffer<byte> buffer = default;
        return () =>
        {
            getter(ref buffer);
            RequireLength(buffer.Length, from);
            var pixels = PixelConverter.ToPlanar(Alpha.Premultiply([.. buffer.DenseValues()], from), from, format);
            return () => pixels;
        };
    }

    private static Func<Func<PlanarImage>> CaptureFloats(ValueGetter<VBuffer<float>> getter, ImageSize from, TargetFormat format)
    {
        VBuffer<float> buffer = default;
        return () =>
        {
            getter(ref buffer);
            RequireLength(buffer.Length, from);
            float[] values = [.. buffer.DenseValues()];
            var pixels = PixelConverter.ToPlanar(Alpha.Premultiply(Array.ConvertAll(values, ToByte), from), from, format) with { Vector = VectorRange.Of(values) };
            return () => pixels;
        };
    }

    private static byte ToByte(float value)
    {
        if (!float.IsFinite(value))
        {
            throw new ImageFormatException(float.IsNaN(value) ? "it has a pixel that is not a number" : "it has a pixel that is infinite");
        }

        return (byte)Math.Clamp(MathF.Round(value), 0, 255);
    }
}
