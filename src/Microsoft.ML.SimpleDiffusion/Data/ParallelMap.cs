using System.Runtime.ExceptionServices;

namespace Microsoft.ML.SimpleDiffusion.Data;

/// <summary>Work that is shared out among threads.</summary>
internal static class ParallelMap
{
    /// <summary>Does something with each item. A failure comes as it was thrown.</summary>
    /// <param name="items">The items.</param>
    /// <param name="threads">Items at once.</param>
    /// <param name="map">What is done.</param>
    /// <param name="cancellationToken">Checked before each item.</param>
    /// <returns>The results, in order.</returns>
    public static TResult[] Run<T, TResult>(IReadOnlyList<T> items, int threads, Func<T, TResult> map, CancellationToken cancellationToken)
    {
        var results = new TResult[items.Count];
        try
        {
            Parallel.For(0, items.Count, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken }, i => results[i] = map(items[i]));
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }

        return results;
    }
}
