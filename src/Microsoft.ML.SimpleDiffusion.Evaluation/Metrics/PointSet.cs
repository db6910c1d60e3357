using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Metrics;

/// <summary>
/// Points and their distances to others, from matrix products of blocks: ‖a − b‖² = ‖a‖² + ‖b‖² − 2 a·b in the precision of the points. The error of a
/// squared distance is a few rounding errors of the squared norms, which a common origin near the points keeps small.
/// </summary>
internal sealed class PointSet : IDisposable
{
    private readonly Tensor _rows;
    private readonly Tensor? _origin;
    private readonly Tensor _squaredNorms;

    private PointSet(Tensor rows, Tensor? origin, int blockRows)
    {
        _rows = rows;
        _origin = origin;
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var parts = new List<Tensor>();
        for (int first = 0; first < Count; first += blockRows)
        {
            parts.Add(Block(first, Math.Min(blockRows, Count - first)).square().sum(1));
        }

        _squaredNorms = cat(parts).DetachFromDisposeScope();
    }

    public int Count => (int)_rows.shape[0];

    public int Dimension => (int)_rows.shape[1];

    /// <summary>Points as they are, for Euclidean distances.</summary>
    /// <param name="rows">The points [N, D]. Not disposed of.</param>
    /// <param name="origin">A point [D] near them and near those that they are compared with. Not disposed of.</param>
    /// <param name="blockRows">Points to work on at once.</param>
    public static PointSet Euclidean(Tensor rows, Tensor origin, int blockRows) => new(rows, origin, blockRows);

    /// <summary>The directions of points: half of their squared distance is one minus the cosine.</summary>
    /// <inheritdoc cref="Euclidean" path="/param"/>
    public static PointSet Directions(Tensor rows, int blockRows) => new(rows, origin: null, blockRows);

    /// <summary>Squared distances [n, m] between points of this set and of another. Goes to the current dispose scope.</summary>
    public Tensor SquaredDistances(int first, int count, PointSet other, int otherFirst, int otherCount)
    {
        using var scope = NewDisposeScope();
        var sums = _squaredNorms.narrow(0, first, count).unsqueeze(1) + other._squaredNorms.narrow(0, otherFirst, otherCount);
        return sums.addmm_(Block(first, count), other.Block(otherFirst, otherCount).t(), beta: 1, alpha: -2).clamp_min_(0).MoveToOuterDisposeScope();
    }

    public void Dispose() => _squaredNorms.Dispose();

    /// <summary>Points relative to the origin, or their directions.</summary>
    private Tensor Block(int first, int count)
    {
        var block = _rows.narrow(0, first, count);
        return _origin is not null ? block - _origin : nn.functional.normalize(block, p: 2, dim: 1);
    }
}
