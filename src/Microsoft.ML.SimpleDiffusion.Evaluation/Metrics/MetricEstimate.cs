using static System.FormattableString;

namespace Microsoft.ML.SimpleDiffusion.Evaluation;

/// <summary>A metric that is estimated on several parts of the data.</summary>
/// <param name="Mean">Mean over the parts.</param>
/// <param name="StandardDeviation">Standard deviation over the parts (divided by their number, as is usual for these metrics); 0 of a single part.</param>
public readonly record struct MetricEstimate(double Mean, double StandardDeviation)
{
    /// <summary>Both in a line.</summary>
    public override string ToString() => Invariant($"{Mean:G5} ± {StandardDeviation:G3}");

    internal static MetricEstimate Of(IReadOnlyCollection<double> parts)
    {
        double mean = parts.Average();
        return new MetricEstimate(mean, Math.Sqrt(parts.Average(part => (part - mean) * (part - mean))));
    }
}
