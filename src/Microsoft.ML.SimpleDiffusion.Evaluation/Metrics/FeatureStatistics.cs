using Microsoft.ML.SimpleDiffusion.Interop.Native;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Evaluation;

/// <summary>
/// Mean and covariance of features, which is all that a Fréchet distance needs of them. Gathered in one pass in float64 with memory for the statistics and
/// one block of rows: blocks are merged by their means and scatter matrices (Chan, Golub, LeVeque 1979).
/// </summary>
public sealed class FeatureStatistics : IDisposable
{
    /// <summary>Columns of the scatter that are updated by one product.</summary>
    private const int PanelWidth = 512;

    private readonly Tensor _mean;

    /// <summary>The sum of squares and products about the mean. Blocks below the diagonal are left out.</summary>
    private readonly Tensor _scatter;

    /// <summary>Statistics of nothing yet.</summary>
    /// <param name="dimension">Length of the features.</param>
    internal FeatureStatistics(int dimension)
    {
        LibTorch.EnsureLoaded();
        Dimension = dimension;
        _mean = zeros(dimension, dtype: ScalarType.Float64, device: CPU).DetachFromDisposeScope();
        _scatter = zeros(dimension, dimension, dtype: ScalarType.Float64, device: CPU).DetachFromDisposeScope();
    }

    /// <summary>Number of rows.</summary>
    public long Count { get; private set; }

    /// <summary>Length of the features.</summary>
    public int Dimension { get; }

    /// <summary>The mean, one number for each feature.</summary>
    public double[] GetMean() => _mean.data<double>().ToArray();

    /// <summary>The squared Fréchet distance between the normal distributions that have these means and covariances; the FID if the features are Inception's.</summary>
    /// <param name="other">Statistics of features of the same length.</param>
    /// <exception cref="ArgumentException">The features are of different length.</exception>
    /// <exception cref="InvalidOperationException">One of the two has fewer than two rows, and so no covariance.</exception>
    public double FrechetDistance(FeatureStatistics other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Dimension != Dimension)
        {
            throw new ArgumentException($"Features of length {Dimension} cannot be compared with features of length {other.Dimension}.", nameof(other));
        }

        using var scope = NewDisposeScope();
        return Metrics.FrechetDistance.Between(_mean, Covariance(), other._mean, other.Covariance());
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        _mean.Dispose();
        _scatter.Dispose();
    }

    /// <summary>Adds rows [N, D].</summary>
    internal void Add(Tensor rows)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var block = rows.to(ScalarType.Float64);
        long added = block.shape[0], total = Count + added;
        var blockMean = block.mean([0]);
        var difference = blockMean - _mean;

        // The scatter about the common mean is the sum of both and of what the two means contribute, which is one more row.
        var weighted = difference * Math.Sqrt((double)Count * added / total);
        var centred = cat([block - blockMean, weighted.unsqueeze(0)]);
        AddScatter(centred);
        _mean.add_(difference, (double)added / total);
        Count = total;
    }

    /// <summary>Covariance [D, D], divided by N − 1. Goes to the current dispose scope.</summary>
    internal Tensor Covariance()
    {
        if (Count < 2)
        {
            throw new InvalidOperationException($"Features of {Count} images have no covariance: 2 images or more are needed.");
        }

        using var scope = NewDisposeScope();
        var upper = _scatter.triu() / (Count - 1);
        return (upper + upper.triu(1).t()).MoveToOuterDisposeScope();
    }

    /// <summary>Number of features that are the same in all rows, as far as rounding lets tell.</summary>
    internal int CountConstantFeatures()
    {
        using var scope = NewDisposeScope();
        const double Rounding = 1e-12;
        return (int)(_scatter.diagonal() <= (_mean * Rounding).square() * Count).count_nonzero().item<long>();
    }

    /// <summary>The scatter is symmetric, so that of each panel of columns only the part down to the diagonal is computed.</summary>
    private void AddScatter(Tensor centred)
    {
        for (int first = 0; first < Dimension; first += PanelWidth)
        {
            int width = Math.Min(PanelWidth, Dimension - first), end = first + width;
            _scatter.narrow(0, 0, end).narrow(1, first, width).addmm_(centred.narrow(1, 0, end).t(), centred.narrow(1, first, width));
        }
    }
}
