using System.Numerics;
using System.Numerics.Tensors;
using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Data.Columns;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Metrics;

/// <summary>Reads vectors of numbers, dense or sparse, Single or Double.</summary>
/// <param name="column">The column.</param>
/// <param name="role">Which view it is of, for messages, such as "generated".</param>
internal sealed class FeatureColumn(DataViewSchema.Column column, string role)
{
    private readonly VectorDataViewType _type = (VectorDataViewType)column.Type;

    public DataViewSchema.Column Column => column;

    /// <summary>Which view the column is of.</summary>
    public string Role => role;

    /// <summary>Length of the vectors.</summary>
    public int Dimension => _type.Size;

    /// <summary>Precision of the numbers, in which they are also kept and multiplied.</summary>
    public ScalarType ScalarType => IsDouble ? ScalarType.Float64 : ScalarType.Float32;

    private bool IsDouble => _type.ItemType.RawType == typeof(double);

    /// <exception cref="ArgumentOutOfRangeException">The column is missing or of another type.</exception>
    public static FeatureColumn Find(DataViewSchema schema, string role, string name)
    {
        var found = schema.GetColumnOrNull(name) ?? throw ColumnErrors.Missing($"feature (of the {role} data)", name);
        return found.Type is VectorDataViewType { IsKnownSize: true } vector && (vector.ItemType.RawType == typeof(float) || vector.ItemType.RawType == typeof(double))
            ? new FeatureColumn(found, role)
            : throw ColumnErrors.Mismatch($"feature (of the {role} data)", name, "vector of known size of Single or Double", found.Type.ToString()!);
    }

    /// <summary>A function that copies the current row's vector as doubles.</summary>
    /// <exception cref="InvalidOperationException">From the result: a number is not finite.</exception>
    public Action<double[]> CreateReader(DataViewRow row)
    {
        if (IsDouble)
        {
            var read = CreateReader<double>(row);
            return destination => read(destination);
        }

        var readSingles = CreateReader<float>(row);
        var singles = new float[Dimension];
        return destination =>
        {
            readSingles(singles);
            TensorPrimitives.ConvertChecked<float, double>(singles, destination);
        };
    }

    /// <summary>A function that copies the current row's vector to the memory of a tensor of <see cref="ScalarType"/>.</summary>
    /// <exception cref="InvalidOperationException">From the result: a number is not finite.</exception>
    public ByteReader CreateByteReader(DataViewRow row)
    {
        if (IsDouble)
        {
            var read = CreateReader<double>(row);
            return destination => read(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, double>(destination));
        }

        var readSingles = CreateReader<float>(row);
        return destination => readSingles(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(destination));
    }

    private Reader<T> CreateReader<T>(DataViewRow row)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var getter = row.GetGetter<VBuffer<T>>(column);
        VBuffer<T> buffer = default;
        return destination =>
        {
            getter(ref buffer);
            if (buffer.Length != destination.Length)
            {
                throw new InvalidOperationException(
                    $"Row {row.Position} of the column '{column.Name}' of the {role} data has {buffer.Length} features instead of {destination.Length}.");
            }

            buffer.CopyTo(destination);

            // The largest magnitude is NaN if any number is.
            if (!T.IsFinite(TensorPrimitives.MaxMagnitude<T>(destination)))
            {
                throw new InvalidOperationException($"Row {row.Position} of the column '{column.Name}' of the {role} data has a feature that is not finite.");
            }
        };
    }

    public delegate void ByteReader(Span<byte> destination);

    private delegate void Reader<T>(Span<T> destination);
}
