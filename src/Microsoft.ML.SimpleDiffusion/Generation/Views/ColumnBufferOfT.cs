namespace Microsoft.ML.SimpleDiffusion.Generation.Views;

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
