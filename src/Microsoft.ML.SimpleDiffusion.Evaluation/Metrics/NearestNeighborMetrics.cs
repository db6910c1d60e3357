using static System.FormattableString;

namespace Microsoft.ML.SimpleDiffusion.Evaluation;

/// <summary>
/// Distance of each image to its nearest reference image. If the reference is the training data, a model that memorises shows in generated images that are
/// much nearer than held-out real images are; the distances alone say nothing.
/// </summary>
public sealed class NearestNeighborMetrics
{
    private readonly double[] _sorted;

    internal NearestNeighborMetrics(long[] indices, double[] distances)
    {
        Indices = indices;
        Distances = distances;
        _sorted = [.. distances.Order()];
        Mean = distances.Average();
    }

    /// <summary>Position of each image's nearest reference image in the reference view, 0-based.</summary>
    public IReadOnlyList<long> Indices { get; }

    /// <summary>Distance of each image to it. A copy is at 0.</summary>
    public IReadOnlyList<double> Distances { get; }

    /// <summary>Mean of the distances.</summary>
    public double Mean { get; }

    /// <summary>Median of the distances.</summary>
    public double Median => Percentile(50);

    /// <summary>The distance that a share of the images does not exceed, interpolated between two images.</summary>
    /// <param name="percent">0 (the nearest) to 100 (the farthest).</param>
    /// <exception cref="ArgumentOutOfRangeException">It is none.</exception>
    public double Percentile(double percent)
    {
        Require.Range(nameof(percent), percent, 0, 100);
        double position = percent / 100 * (_sorted.Length - 1);
        int below = (int)position;
        int above = Math.Min(below + 1, _sorted.Length - 1);
        return _sorted[below] + ((position - below) * (_sorted[above] - _sorted[below]));
    }

    /// <summary>Mean and some percentiles in a line.</summary>
    public override string ToString()
        => Invariant($"mean {Mean:G4}, nearest {Percentile(0):G4}, 5 % within {Percentile(5):G4}, half within {Median:G4}");
}
