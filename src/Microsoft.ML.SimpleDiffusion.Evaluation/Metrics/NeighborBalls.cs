using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Metrics;

/// <summary>
/// Improved precision and recall (Kynkäänniemi et al. 2019) and density and coverage (Naeem et al. 2020): each point stands for the ball that reaches to its
/// k-th nearest neighbour in its own set. Distances are computed tile by tile and compared at once, so that memory does not grow with the number of pairs.
/// </summary>
/// <param name="reference">Reference points.</param>
/// <param name="generated">Generated points.</param>
/// <param name="side">Rows and columns of a tile.</param>
/// <param name="cancellationToken">Checked before each tile.</param>
internal sealed class NeighborBalls(PointSet reference, PointSet generated, int side, CancellationToken cancellationToken)
{
    /// <param name="precisionNeighbors">Neighbours for precision and recall, fewer than there are points in each set.</param>
    /// <param name="densityNeighbors">Neighbours for density and coverage, fewer than there are reference points.</param>
    public (double Precision, double Recall, double Density, double Coverage) Measure(int precisionNeighbors, int densityNeighbors)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var referenceRadii = SquaredRadii(reference, Math.Max(precisionNeighbors, densityNeighbors));
        var precisionRadii = referenceRadii.select(1, precisionNeighbors);
        var densityRadii = referenceRadii.select(1, densityNeighbors);
        var recallRadii = SquaredRadii(generated, precisionNeighbors).select(1, precisionNeighbors);

        var isPrecise = zeros(generated.Count, dtype: ScalarType.Bool, device: CPU);
        var isRecalled = zeros(reference.Count, dtype: ScalarType.Bool, device: CPU);
        var isCovered = zeros(reference.Count, dtype: ScalarType.Bool, device: CPU);
        long inBalls = 0;
        foreach (var (g, gCount) in DistanceTiles.Pieces(generated.Count, side))
        {
            foreach (var (r, rCount) in DistanceTiles.Pieces(reference.Count, side))
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var tileScope = NewDisposeScope();
                var distances = generated.SquaredDistances(g, gCount, reference, r, rCount);
                isPrecise.narrow(0, g, gCount).logical_or_((distances <= precisionRadii.narrow(0, r, rCount)).any(1));
                isRecalled.narrow(0, r, rCount).logical_or_((distances <= recallRadii.narrow(0, g, gCount).unsqueeze(1)).any(0));
                var isInBall = distances <= densityRadii.narrow(0, r, rCount);
                isCovered.narrow(0, r, rCount).logical_or_(isInBall.any(0));
                inBalls += isInBall.count_nonzero().item<long>();
            }
        }

        return (Share(isPrecise), Share(isRecalled), (double)inBalls / densityNeighbors / generated.Count, Share(isCovered));
    }

    private static double Share(Tensor flags) => (double)flags.count_nonzero().item<long>() / flags.shape[0];

    /// <summary>
    /// Squared distances [N, neighbors + 1] to the nearest points of the same set in ascending order, the first being the point itself.
    /// </summary>
    private Tensor SquaredRadii(PointSet points, int neighbors)
    {
        using var scope = NewDisposeScope();
        var rows = new List<Tensor>();
        foreach (var (first, count) in DistanceTiles.Pieces(points.Count, side))
        {
            using var rowScope = NewDisposeScope();
            Tensor? nearest = null;
            foreach (var (other, otherCount) in DistanceTiles.Pieces(points.Count, side))
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var tileScope = NewDisposeScope();
                var distances = points.SquaredDistances(first, count, points, other, otherCount);
                var candidates = Smallest(distances, neighbors + 1);
                var merged = nearest is null ? candidates : Smallest(cat([nearest, candidates], 1), neighbors + 1);
                nearest?.Dispose();
                nearest = merged.MoveToOuterDisposeScope();
            }

            rows.Add(nearest!.MoveToOuterDisposeScope());
        }

        return cat(rows).MoveToOuterDisposeScope();
    }

    private static Tensor Smallest(Tensor distances, int count)
        => distances.topk((int)Math.Min(count, distances.shape[1]), dim: 1, largest: false, sorted: true).values;
}
