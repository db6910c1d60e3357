using System.Numerics;
using System.Numerics.Tensors;
using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Data.Columns;
using static System.FormattableString;
using VectorKind = Microsoft.ML.SchemaShape.Column.VectorKind;

namespace Microsoft.ML.SimpleDiffusion.Data.Imaging;

/// <summary>Reads a column of pixels of a stated range: vectors of the very size of the model's images, whose values are held as they are, in float32.</summary>
internal static class RangeColumn
{
    public const string Expected = "pixel vector of known size of Byte, SByte, Int16, UInt16 or Single";

    /// <summary>Name of the annotation by which a column says that its pixels are not 0 to 255: a vector of minimum and maximum.</summary>
    public const string Annotation = "PixelRange";

    /// <summary>The types whose values float32 holds without loss.</summary>
    private static readonly DataViewType[] ItemTypes = [NumberDataViewType.Byte, NumberDataViewType.SByte, NumberDataViewType.Int16, NumberDataViewType.UInt16, NumberDataViewType.Single];

    /// <summary>Whether a column may do, before there is any data.</summary>
    public static bool Fits(SchemaShape.Column column) => column.Kind == VectorKind.Vector && ItemTypes.Contains(column.ItemType);

    /// <summary>Finds the column.</summary>
    /// <param name="schema">Columns of the data.</param>
    /// <param name="role">What the column is for, such as image.</param>
    /// <param name="name">Its name.</param>
    /// <param name="format">Format of the model's images.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is missing or of another type or size.</exception>
    public static DataViewSchema.Column Find(DataViewSchema schema, string role, string name, TargetFormat format)
    {
        var column = schema.GetColumnOrNull(name) ?? throw ColumnErrors.Missing(role, name);
        var size = format.Size;
        bool fits = SizeOf(column.Type, size) is ImageSize given && (given == size || (format.AllowsPortrait && given == size.Transposed));
        return fits ? column : throw ColumnErrors.Mismatch(
            role, name, $"{Expected} with dimensions [{size.Channels}, {size.Height}, {size.Width}], since values of PixelMinimum to PixelMaximum are neither resized nor rounded", column.Type.ToString()!);
    }

    /// <inheritdoc cref="ImageColumn.CreateCapture"/>
    public static Func<Func<PlanarImage>> CreateCapture(DataViewRow row, DataViewSchema.Column column, TargetFormat format) => ((VectorDataViewType)column.Type).ItemType.RawType switch
    {
        var type when type == typeof(byte) => Capture<byte>(row, column, format),
        var type when type == typeof(sbyte) => Capture<sbyte>(row, column, format),
        var type when type == typeof(short) => Capture<short>(row, column, format),
        var type when type == typeof(ushort) => Capture<ushort>(row, column, format),
        _ => Capture<float>(row, column, format),
    };

    /// <summary>What a column of generated pixels says of itself, so that nobody takes them for 0 to 255.</summary>
    public static DataViewSchema.Annotations Annotate(PixelFormat pixels)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        builder.Add(Annotation, new VectorDataViewType(NumberDataViewType.Single, 2), (ref VBuffer<float> value) => value = new VBuffer<float>(2, [pixels.Minimum, pixels.Maximum]));
        return builder.ToAnnotations();
    }

    /// <summary>The range that a column says its pixels are of, in words; null if it says nothing.</summary>
    public static string? DescribeRange(DataViewSchema.Column column)
    {
        if (column.Annotations.Schema.GetColumnOrNull(Annotation) is not { } annotation)
        {
            return null;
        }

        VBuffer<float> range = default;
        column.Annotations.GetGetter<VBuffer<float>>(annotation)(ref range);
        float[] ends = [.. range.DenseValues()];
        return Invariant($"{ends[0]} to {ends[^1]}");
    }

    /// <summary>Size of the images in a column, or null if it has none. A vector without inner dimensions is taken to be of the model's.</summary>
    private static ImageSize? SizeOf(DataViewType type, ImageSize size) => type is VectorDataViewType vector && ItemTypes.Contains(vector.ItemType)
        ? vector.Dimensions switch
        {
            [var channels, var height, var width] => new ImageSize(channels, height, width),
            [var length] when length == size.Length => size,
            _ => null,
        }
        : null;

    private static Func<Func<PlanarImage>> Capture<T>(DataViewRow row, DataViewSchema.Column column, TargetFormat format)
        where T : unmanaged, INumberBase<T>
    {
        var getter = row.GetGetter<VBuffer<T>>(column);
        var from = SizeOf(column.Type, format.Size)!.Value;
        VBuffer<T> buffer = default;
        return () =>
        {
            getter(ref buffer);
            ImageColumn.RequireLength(buffer.Length, from);
            var size = format.For(from.Width, from.Height);
            if (from != size)
            {
                throw new ImageFormatException($"it is [{from.Channels}, {from.Height}, {from.Width}] where [{size.Channels}, {size.Height}, {size.Width}] is needed, and values of a range are not resized");
            }

            var record = new byte[format.Pixels.RecordLength(size)];
            TensorPrimitives.ConvertChecked(buffer.IsDense ? buffer.GetValues() : [.. buffer.DenseValues()], PixelFormat.Floats(record.AsSpan()));
            return () => Check(record, size, format.Pixels);
        };
    }

    private static PlanarImage Check(byte[] record, ImageSize size, PixelFormat pixels)
    {
        var values = PixelFormat.Floats(record.AsSpan());
        for (int i = 0; i < values.Length; i++)
        {
            // Written so that NaN fails.
            if (!(values[i] >= pixels.Minimum && values[i] <= pixels.Maximum))
            {
                int area = size.Height * size.Width;
                throw new ImageFormatException(
                    Invariant($"its value {values[i]} in channel {i / area}, row {i % area / size.Width}, column {i % size.Width} is not within PixelMinimum ({pixels.Minimum}) to PixelMaximum ({pixels.Maximum})"));
            }
        }

        return new PlanarImage(record, size) { Format = pixels, Vector = VectorRange.Of(values) };
    }
}
