using System.Reflection;
using Microsoft.ML.Data;

namespace Microsoft.ML.SimpleDiffusion.Generation.Views;

/// <summary>Keeps the values of one column for the rows that are read ahead.</summary>
internal abstract class ColumnBuffer
{
    private static readonly MethodInfo CreateVectorMethod = typeof(ColumnBuffer).GetMethod(nameof(CreateVector), BindingFlags.NonPublic | BindingFlags.Static)!;
    private static readonly MethodInfo CreateValueMethod = typeof(ColumnBuffer).GetMethod(nameof(CreateValue), BindingFlags.NonPublic | BindingFlags.Static)!;

    /// <summary>A buffer for an active column of a row.</summary>
    public static ColumnBuffer Create(DataViewRow row, DataViewSchema.Column column)
    {
        var type = column.Type.RawType;
        var method = column.Type is VectorDataViewType vector
            ? CreateVectorMethod.MakeGenericMethod(vector.ItemType.RawType)
            : CreateValueMethod.MakeGenericMethod(type);
        return (ColumnBuffer)method.Invoke(null, [row, column])!;
    }

    /// <summary>Appends the current row's value.</summary>
    public abstract void Capture();

    /// <summary>Forgets all values.</summary>
    public abstract void Clear();

    /// <summary>A ValueGetter for the value at a position in the buffer.</summary>
    public abstract Delegate CreateGetter(Func<int> position);

    private static ColumnBuffer<VBuffer<T>> CreateVector<T>(DataViewRow row, DataViewSchema.Column column)
        => new ColumnBuffer<VBuffer<T>>(row.GetGetter<VBuffer<T>>(column), (in VBuffer<T> source, ref VBuffer<T> destination) => source.CopyTo(ref destination), dispose: null);

    private static ColumnBuffer CreateValue<T>(DataViewRow row, DataViewSchema.Column column)
    {
        if (typeof(T) == typeof(MLImage))
        {
            return new ColumnBuffer<MLImage>(row.GetGetter<MLImage>(column), CopyImage, image => image?.Dispose());
        }

        if (typeof(T) == typeof(ReadOnlyMemory<char>))
        {
            return new ColumnBuffer<ReadOnlyMemory<char>>(row.GetGetter<ReadOnlyMemory<char>>(column), CopyText, dispose: null);
        }

        return new ColumnBuffer<T>(row.GetGetter<T>(column), (in T source, ref T destination) => destination = source, dispose: null);
    }

    /// <summary>Sources hand out images that die with the row, and callers may dispose of what they get: each side has its own copy.</summary>
    private static void CopyImage(in MLImage source, ref MLImage destination)
        => destination = source is null ? null! : MLImage.CreateFromPixels(source.Width, source.Height, source.PixelFormat, source.Pixels);

    /// <summary>Readers may hand out memory that they reuse for the next row.</summary>
    private static void CopyText(in ReadOnlyMemory<char> source, ref ReadOnlyMemory<char> destination)
        => destination = source.ToString().AsMemory();
}

/// <summary>A <see cref="ColumnBuffer"/> for values of one type.</summary>
/// <param name="source">Reads the current row's value.</param>
/// <param name="copy">Makes a copy that lives on its own.</param>
/// <param name="dispose">Frees a buffered value, or null if there is nothing to free.</param>
internal sealed class ColumnBuffer<T>(ValueGetter<T> source, ColumnBuffer<T>.Copy copy, Action<T>? dispose) : ColumnBuffer
{
    private readonly List<T> _values = [];

    public delegate void Copy(in T source, ref T destination);

    /// <inheritdoc/>
    public override void Capture()
    {
        T value = default!;
        source(ref value);
        T kept = default!;
        copy(value, ref kept);
        _values.Add(kept);
    }

    /// <inheritdoc/>
    public override void Clear()
    {
        if (dispose is not null)
        {
            _values.ForEach(dispose);
        }

        _values.Clear();
    }

    /// <inheritdoc/>
    public override Delegate CreateGetter(Func<int> position)
        => (ValueGetter<T>)((ref T value) => copy(_values[position()], ref value));
}
