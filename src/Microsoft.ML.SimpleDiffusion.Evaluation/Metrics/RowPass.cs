namespace Microsoft.ML.SimpleDiffusion.Evaluation.Metrics;

/// <summary>One pass over a view.</summary>
internal static class RowPass
{
    /// <summary>Shows each row to all consumers.</summary>
    /// <returns>Number of rows.</returns>
    public static long Run(IDataView view, IReadOnlyList<IRowConsumer> consumers, CancellationToken cancellationToken)
    {
        using var cursor = view.GetRowCursor(consumers.SelectMany(consumer => consumer.Columns).DistinctBy(column => column.Index));
        Action[] takers = consumers.Select(consumer => consumer.Open(cursor)).ToArray();
        long count = 0;
        while (cursor.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            Array.ForEach(takers, take => take());
            count++;
        }

        foreach (var consumer in consumers)
        {
            consumer.Complete();
        }

        return count;
    }
}
