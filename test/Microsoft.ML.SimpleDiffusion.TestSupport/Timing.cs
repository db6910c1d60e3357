using System.Diagnostics;

namespace Microsoft.ML.SimpleDiffusion.TestSupport;

/// <summary>How long actions take.</summary>
internal static class Timing
{
    private const int WarmUps = 2;
    private const int Repetitions = 8;

    public static double Seconds(Action action)
    {
        var clock = Stopwatch.StartNew();
        action();
        return clock.Elapsed.TotalSeconds;
    }

    /// <summary>The best time of several.</summary>
    public static double BestSeconds(Action action) => BestSecondsInTurns(action, () => { }).First;

    /// <summary>Best times of two actions that take turns, so that both see the same machine.</summary>
    public static (double First, double Second) BestSecondsInTurns(Action first, Action second)
    {
        var (firsts, seconds) = SecondsInTurns(first, second, Repetitions);
        return (firsts.Min(), seconds.Min());
    }

    /// <summary>Times of two actions that take turns, after some to warm up.</summary>
    public static (double[] First, double[] Second) SecondsInTurns(Action first, Action second, int repetitions)
    {
        var (firsts, seconds) = (new double[repetitions], new double[repetitions]);
        for (int i = -WarmUps; i < repetitions; i++)
        {
            double a = Seconds(first), b = Seconds(second);
            if (i >= 0)
            {
                (firsts[i], seconds[i]) = (a, b);
            }
        }

        return (firsts, seconds);
    }

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
