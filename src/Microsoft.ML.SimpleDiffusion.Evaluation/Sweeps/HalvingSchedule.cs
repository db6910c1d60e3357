namespace Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;

/// <summary>Successive halving (Jamieson and Talwalkar 2016): how long each rung trains, and how many go on.</summary>
internal static class HalvingSchedule
{
    /// <summary>Steps at the end of each rung; the last is always <paramref name="steps"/>.</summary>
    /// <param name="steps">Steps of a whole training.</param>
    /// <param name="firstRungSteps">The fewest steps of the first rung, or null for as many rungs as leave about one trial.</param>
    /// <param name="trials">Trials to begin with.</param>
    /// <param name="factor">How many times more steps the next rung has.</param>
    public static IReadOnlyList<int> RungSteps(int steps, int? firstRungSteps, int trials, int factor)
    {
        int cuts = firstRungSteps is int first
            ? WholeLogarithm(steps / first, factor)
            : Math.Min(WholeLogarithm(trials, factor), WholeLogarithm(steps, factor));
        return [.. Enumerable.Range(0, cuts + 1).Select(rung => (int)Math.Ceiling(steps / Math.Pow(factor, cuts - rung)))];
    }

    /// <summary>How many of the trials of a rung go on to the next.</summary>
    public static int Survivors(int trials, int factor) => Math.Max(1, trials / factor);

    /// <summary>The largest power of <paramref name="factor"/> that is not above <paramref name="value"/>.</summary>
    private static int WholeLogarithm(int value, int factor)
    {
        int power = 0;
        for (; value >= factor; value /= factor)
        {
            power++;
        }

        return power;
    }
}
