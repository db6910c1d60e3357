namespace Microsoft.ML.SimpleDiffusion.Experiments.Ablations;

/// <summary>Training speeds measured in turns.</summary>
/// <param name="Size">Pixels on a side.</param>
/// <param name="BaseChannels">Base channels of the networks.</param>
/// <param name="Batch">Pictures per step.</param>
/// <param name="Threads">Threads that computed.</param>
/// <param name="Turns">For each variant its turn in each round.</param>
internal sealed record SpeedResult(int Size, int BaseChannels, int Batch, int Threads, IReadOnlyDictionary<string, IReadOnlyList<Turn>> Turns)
{
    /// <summary>Median, lowest and highest ratio of a variant's speed to another's in the same round.</summary>
    /// <param name="variant">The variant.</param>
    /// <param name="reference">The other.</param>
    /// <param name="speed">By the clock or by processor time.</param>
    public (double Median, double Lowest, double Highest) Ratio(string variant, string reference, Func<Turn, double> speed)
    {
        double[] ratios = [.. Turns[variant].Zip(Turns[reference], (turn, other) => speed(turn) / speed(other)).Order()];
        return (Median(ratios), ratios[0], ratios[^1]);
    }

    /// <summary>Steps that a variant does in some minutes on a machine that has nothing else to do.</summary>
    public int StepsIn(string variant, double minutes)
        => Math.Max(1, (int)(Median([.. Turns[variant].Select(turn => turn.StepsPerProcessorSecond).Order()]) * Threads * minutes * 60));

    private static double Median(double[] sorted) => (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
}
