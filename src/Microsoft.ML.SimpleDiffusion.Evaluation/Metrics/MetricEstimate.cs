using static System.FormattableString;

namespace Microsoft.ML.SimpleDiffusion.Evaluation;

/// <summary>A metric that is estimated on several parts of the data.</summary>
public sealed class MetricEstimate
{
    /// <summary>Mean over the parts.</summary>
    public required double Mean { get; init; }

    /// <summary>Standard deviation over the parts (divided by their number, as is usual for these metrics); 0 of a single part.</summary>
    public required double StandardDeviation { get; init; }

    /// <summary>Both in a line.</summary>
    public override string ToString() => Invariant($"{Mean:G5} ± {StandardDeviation:G3}");

    internal static MetricEstimate Of(IReadOnlyCollection<double> parts)
    {
        double mean = parts.Average();
        return new MetricEstimate { Mean = mean, StandardDeviation = Math.Sqrt(parts.Average(part => (part - mean) * (part - mean))) };
    }
}
