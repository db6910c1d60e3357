namespace Microsoft.ML.SimpleDiffusion.Evaluation.Metrics;

/// <summary>Takes something of each row of a view, so that a view that is expensive to compute is read once for all metrics.</summary>
internal interface IRowConsumer
{
    /// <summary>Columns that it reads.</summary>
    IReadOnlyList<DataViewSchema.Column> Columns { get; }

    /// <summary>Opens the columns of a cursor; the result takes the current row.</summary>
    Action Open(DataViewRow row);

    /// <summary>Called after the last row.</summary>
    void Complete();
}
