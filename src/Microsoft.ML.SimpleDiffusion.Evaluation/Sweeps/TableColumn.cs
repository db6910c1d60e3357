using Microsoft.ML.Data;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;

/// <summary>A column of a <see cref="TableDataView"/>.</summary>
/// <param name="name">Its name.</param>
/// <param name="type">Its type.</param>
/// <param name="length">Number of rows.</param>
internal abstract class TableColumn(string name, DataViewType type, int length)
{
    public string Name => name;

    public DataViewType Type => type;

    public int Length => length;

    /// <summary>A getter for the row that <paramref name="row"/> says.</summary>
    public abstract Delegate CreateGetter(Func<int> row);
}
