namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports;

/// <summary>Distances to the nearest neighbour over a set of pictures.</summary>
/// <param name="Lowest">The smallest.</param>
/// <param name="FifthPercentile">A twentieth of them are smaller.</param>
/// <param name="Median">Half of them are smaller.</param>
/// <param name="Count">Number of pictures.</param>
internal sealed record DistanceSummary(double Lowest, double FifthPercentile, double Median, int Count);
