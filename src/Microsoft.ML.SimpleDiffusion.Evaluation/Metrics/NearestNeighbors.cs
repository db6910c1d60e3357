using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Metrics;

/// <summary>Finds each point's nearest reference point, tile by tile, and then measures the distance of the pair in float64: a copy is at exactly 0.</summary>
/// <param name="reference">Reference features [N, D].</param>
/// <param name="distance">How to measure.</param>
/// <param name="blockBytes">Memory for a tile.</param>
/// <param name="cancellationToken">Checked before each tile.</param>
internal sealed class NearestNeighbors(Tensor reference, FeatureDistance distance, long blockBytes, CancellationToken cancellationToken)
{
    /// <param name="queries">Features [M, D] to find neighbours of.</param>
    public NearestNeighborMetrics Find(Tensor queries)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        int side = DistanceTiles.Side(blockBytes, (int)reference.shape[1], (int)reference.ElementSize);
        var origin = reference.mean([0]);
        using PointSet points = Points(queries, origin, side), referencePoints = Points(reference, origin, side);
        var indices = new List<long>();
        var distances = new List<double>();
        foreach (var (first, count) in DistanceTiles.Pieces(points.Count, side))
        {
            using var pieceScope = NewDisposeScope();
            var nearest = Nearest(points, first, count, referencePoints, side);
            indices.AddRange(nearest.data<long>());
            foreach (var (part, partCount) in DistanceTiles.Pieces(count, side))
            {
                distances.AddRange(Exact(queries.narrow(0, first + part, partCount), reference.index_select(0, nearest.narrow(0, part, partCount))));
            }
        }

        return new NearestNeighborMetrics([.. indices], [.. distances]);
    }

    private PointSet Points(Tensor rows, Tensor origin, int side)
        => distance == FeatureDistance.Euclidean ? PointSet.Euclidean(rows, origin, side) : PointSet.Directions(rows, side);

    /// <summary>Indices [count] of the nearest reference points.</summary>
    private Tensor Nearest(PointSet points, int first, int count, PointSet referencePoints, int side)
    {
        using var scope = NewDisposeScope();
        Tensor best = full(count, double.PositiveInfinity, dtype: reference.dtype, device: CPU), indices = zeros(count, dtype: ScalarType.Int64, device: CPU);
        foreach (var (other, otherCount) in DistanceTiles.Pieces(referencePoints.Count, side))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var tileScope = NewDisposeScope();
            var (values, at) = points.SquaredDistances(first, count, referencePoints, other, otherCount).min(1);
            var isNearer = values < best;
            best.copy_(where(isNearer, values, best));
            indices.copy_(where(isNearer, at + other, indices));
        }

        return indices.MoveToOuterDisposeScope();
    }

    private double[] Exact(Tensor rows, Tensor neighbors)
    {
        using var scope = NewDisposeScope();
        Tensor a = rows.to(ScalarType.Float64), b = neighbors.to(ScalarType.Float64);
        var exact = distance == FeatureDistance.Euclidean
            ? (a - b).square().sum(1).sqrt()
            : (nn.functional.normalize(a, p: 2, dim: 1) - nn.functional.normalize(b, p: 2, dim: 1)).square().sum(1) / 2;
        return exact.data<double>().ToArray();
    }
}
