using static TorchSharp.torch;
using Types = Microsoft.ML.SimpleDiffusion.Evaluation.ImageGenerationMetricTypes;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Metrics;

/// <summary>The metrics that compare features of generated images with those of real ones. Those not asked for are null.</summary>
internal sealed class FeatureComparison
{
    private readonly FeatureCollector _generated;
    private readonly FeatureCollector _reference;
    private readonly FeatureCollector? _heldOut;
    private readonly ImageGenerationEvaluationOptions _options;
    private readonly EvaluationWarnings _warnings;

    public FeatureComparison(
        FeatureCollector generated, FeatureCollector reference, FeatureCollector? heldOut, ImageGenerationEvaluationOptions options, EvaluationWarnings warnings)
    {
        (_generated, _reference, _heldOut, _options, _warnings) = (generated, reference, heldOut, options, warnings);
        warnings.OfFeatures(generated);
        warnings.OfFeatures(reference);
    }

    public double? FrechetDistance() => _generated.Statistics?.FrechetDistance(_reference.Statistics!);

    public MetricEstimate? KernelDistance() => _options.Wants(Types.KernelDistance)
        ? new KernelDistance(_generated.Rows!, _reference.Rows!).Estimate(_options.KernelSubsets, _options.KernelSubsetSize, _options.Seed, _options.CancellationToken)
        : null;

    public NearestNeighborMetrics? NearestNeighbors() => _options.Wants(Types.NearestNeighbors) ? NearestNeighbors(_generated) : null;

    public NearestNeighborMetrics? HeldOutNearestNeighbors() => _heldOut is null ? null : NearestNeighbors(_heldOut);

    /// <summary>Precision, recall, density and coverage.</summary>
    public (double? Precision, double? Recall, double? Density, double? Coverage) Balls()
    {
        bool measuresPrecision = HasEnough(Types.PrecisionAndRecall, "Precision and recall", _options.PrecisionAndRecallNeighbors);
        bool measuresDensity = HasEnough(Types.DensityAndCoverage, "Density and coverage", _options.DensityAndCoverageNeighbors);
        if (!measuresPrecision && !measuresDensity)
        {
            return (null, null, null, null);
        }

        using var scope = NewDisposeScope();
        var (generated, reference) = SameType(_generated.Rows!, _reference.Rows!);
        int side = DistanceTiles.Side(_options.BlockBytes, _reference.Dimension, (int)reference.ElementSize);
        var origin = reference.mean([0]);
        using PointSet referencePoints = PointSet.Euclidean(reference, origin, side), generatedPoints = PointSet.Euclidean(generated, origin, side);
        var result = new NeighborBalls(referencePoints, generatedPoints, side, _options.CancellationToken).Measure(
            measuresPrecision ? _options.PrecisionAndRecallNeighbors : 1, measuresDensity ? _options.DensityAndCoverageNeighbors : 1);
        return (
            measuresPrecision ? result.Precision : null,
            measuresPrecision ? result.Recall : null,
            measuresDensity ? result.Density : null,
            measuresDensity ? result.Coverage : null);
    }

    /// <summary>Both as they are, or both in float64 if one is. Copies go to the current dispose scope.</summary>
    private static (Tensor First, Tensor Second) SameType(Tensor first, Tensor second)
        => first.dtype == second.dtype ? (first, second) : (first.to(ScalarType.Float64), second.to(ScalarType.Float64));

    private bool HasEnough(Types metrics, string name, int neighbors)
    {
        if (!_options.Wants(metrics))
        {
            return false;
        }

        long fewest = Math.Min(_generated.Count, _reference.Count);
        if (fewest <= neighbors)
        {
            _warnings.OfNeighbors(name, neighbors, fewest);
            return false;
        }

        return true;
    }

    private NearestNeighborMetrics NearestNeighbors(FeatureCollector features)
    {
        using var scope = NewDisposeScope();
        var (queries, reference) = SameType(features.Rows!, _reference.Rows!);
        return new NearestNeighbors(reference, _options.NearestNeighborDistance, _options.BlockBytes, _options.CancellationToken).Find(queries);
    }
}
