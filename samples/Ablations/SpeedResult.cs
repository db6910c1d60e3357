namespace Ablations;

/// <summary>Training speeds measured in turns.</summary>
/// <param name="Size">Pixels on a side.</param>
/// <param name="BaseChannels">Base channels of the networks.</param>
/// <param name="Batch">Pictures per step.</param>
/// <param name="StepsPerSecond">For each variant the speed in each round.</param>
internal sealed record SpeedResult(int Size, int BaseChannels, int Batch, IReadOnlyDictionary<string, IReadOnlyList<double>> StepsPerSecond)
{
    /// <summary>Median, lowest and highest ratio of a variant's speed to another's in the same round.</summary>
    public (double Median, double Lowest, double Highest) Ratio(string variant, string reference)
    {
        double[] ratios = [.. StepsPerSecond[variant].Zip(StepsPerSecond[reference], (speed, other) => speed / other).Order()];
        return (Median(ratios), ratios[0], ratios[^1]);
    }

    /// <summary>Steps that a variant does in some minutes.</summary>
    public int StepsIn(string variant, double minutes) => Math.Max(1, (int)(Median([.. StepsPerSecond[variant].Order()]) * minutes * 60));

    private static double Median(double[] sorted) => (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
}
