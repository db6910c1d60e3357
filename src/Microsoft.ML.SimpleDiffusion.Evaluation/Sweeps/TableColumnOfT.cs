using Microsoft.ML.Data;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;

/// <summary>A column of a <see cref="TableDataView"/> with its values.</summary>
/// <param name="name">Its name.</param>
/// <param name="type">Its type.</param>
/// <param name="values">A value for each row.</param>
internal sealed class TableColumn<T>(string name, DataViewType type, T[] values) : TableColumn(name, type, values.Length)
{
    public override Delegate CreateGetter(Func<int> row) => (ValueGetter<T>)((ref T value) => value = values[row()]);
}
