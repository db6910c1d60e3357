using Microsoft.ML.SimpleDiffusion.Training.Checkpoints;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;

/// <summary>Holds a sweep to the data that it began with.</summary>
internal static class SweepData
{
    /// <param name="store">Knows the data that the sweep began with; a folder of an earlier version takes what there is now.</param>
    /// <param name="now">The data at hand.</param>
    /// <param name="handling">What to do where it is another.</param>
    /// <param name="warn">Is told of it, where that is enough.</param>
    /// <exception cref="InvalidOperationException">The data is another, and the options say that it must not be.</exception>
    public static void Check(SweepStore store, RunData now, ChangedDataHandling handling, Action<string> warn)
    {
        if (store.JoinData(now).FindDifference(now, "sweep") is not string difference)
        {
            return;
        }

        if (handling == ChangedDataHandling.Fail)
        {
            throw new InvalidOperationException(
                $"{difference} To go on all the same, set Base.Training.ChangedData to Warn; to start anew, use another Directory.");
        }

        warn($"{difference} The sweep goes on with the data that it now has.");
    }
}
