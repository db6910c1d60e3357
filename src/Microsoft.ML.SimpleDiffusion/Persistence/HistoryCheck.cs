using System.Text.Json;

namespace Microsoft.ML.SimpleDiffusion.Persistence;

/// <summary>Checks the history of a run that has been read from a file.</summary>
internal static class HistoryCheck
{
    private const int MaxLosses = 1_000;
    private const int MaxEvaluations = 20_000;

    /// <exception cref="JsonException">It cannot be the history of a run.</exception>
    public static void Run(TrainingHistory history)
    {
        // Nullable annotations are only respected outside lists.
        Require(history.Losses.Count <= MaxLosses && history.Losses.All(point => point is not null && double.IsFinite(point.Loss)), "The loss curve is no loss curve.");
        Require(AreInOrder(history.Losses.Select(point => point.Step)), "The loss curve is not in the order of the steps.");
        Require(history.Evaluations.Count <= MaxEvaluations && history.Evaluations.All(IsEvaluation), "An evaluation is no evaluation.");
        Require(AreInOrder(history.Evaluations.Select(evaluation => evaluation.Step)), "The evaluations are not in the order of the steps.");
    }

    private static bool IsEvaluation(TrainingEvaluation evaluation)
        => evaluation is not null && evaluation.Metrics.Values.All(value => double.IsFinite(value) || double.IsNaN(value));

    private static bool AreInOrder(IEnumerable<long> steps)
    {
        long before = -1;
        foreach (long step in steps)
        {
            if (step <= before)
            {
                return false;
            }

            before = step;
        }

        return true;
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new JsonException(otherwise);
        }
    }
}
