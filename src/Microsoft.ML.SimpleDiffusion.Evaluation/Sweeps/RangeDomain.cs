namespace Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;

/// <summary>A range of numbers, both ends included.</summary>
/// <param name="Min">The lowest.</param>
/// <param name="Max">The highest.</param>
/// <param name="Log">Whether values are spread evenly over the logarithm.</param>
internal sealed record RangeDomain(double Min, double Max, bool Log) : ParameterDomain
{
    /// <summary>For whole numbers the range is wider by a half at either end, so that rounding is as likely to give an end as any other.</summary>
    public override object At(double quantile, bool wholeNumbers)
        => wholeNumbers ? Math.Clamp(Math.Round(Between(LowestWhole - 0.5, HighestWhole + 0.5, quantile)), LowestWhole, HighestWhole) : Between(Min, Max, quantile);

    public override IReadOnlyList<object?> Grid(int points, bool wholeNumbers)
        => [.. Enumerable.Range(0, points).Select(i => Between(Min, Max, i / (points - 1.0))).Select(value => wholeNumbers ? Math.Clamp(Math.Round(value), LowestWhole, HighestWhole) : value).Distinct()];

    /// <summary>Whether there is a whole number in the range.</summary>
    public bool HasWhole => LowestWhole <= HighestWhole;

    private double LowestWhole => Math.Ceiling(Min);

    private double HighestWhole => Math.Floor(Max);

    private double Between(double min, double max, double share)
    {
        // The ends come out exactly, whatever the logarithm rounds to.
        double value = Log ? min * Math.Pow(max / min, share) : min + (share * (max - min));
        return share >= 1 ? max : Math.Clamp(value, min, max);
    }
}
