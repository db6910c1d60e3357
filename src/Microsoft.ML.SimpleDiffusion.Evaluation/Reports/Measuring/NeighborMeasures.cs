using Microsoft.ML.SimpleDiffusion.Evaluation.Metrics;
using Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Content;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Measuring;

/// <summary>Compares generated images with single real ones.</summary>
/// <param name="context">ML.NET.</param>
/// <param name="extractor">Gives the features.</param>
/// <param name="real">All real images.</param>
/// <param name="options">How many pairs to show.</param>
internal sealed class NeighborMeasures(MLContext context, IFeatureExtractor extractor, RealImages real, ReportOptions options)
{
    /// <param name="generated">Generated images.</param>
    public NeighborReport Report(IReadOnlyList<ImageRow> generated)
    {
        var all = extractor.Extract(real.Rows(Enumerable.Range(0, real.Count)));
        var queries = FeatureRow.View(context, extractor.Extract(generated));

        // Pairs are looked for among all images; distances can only be compared over the same images, which held-out ones must not be among.
        var pairs = Find(queries, all).NearestNeighbors!;
        var others = real.Classifier.Concat(real.Reference).Select(index => all[index]).ToList();
        var compared = Find(queries, others, FeatureRow.View(context, real.HeldOut.Select(index => all[index]).ToList()));
        return new NeighborReport
        {
            Generated = Summarize(compared.NearestNeighbors!),
            Real = Summarize(compared.HeldOutNearestNeighbors!),
            Pairs = generated.Zip(pairs.Indices, pairs.Distances)
                .OrderBy(pair => pair.Third)
                .Take(options.NeighborsShown)
                .Select(pair => new NeighborPair(
                    pair.First.Label.Length > 0 ? pair.First.Label : null,
                    ImageStrip.Draw([pair.First.Pixels, real.PixelsOf((int)pair.Second)], real.Size),
                    pair.Third))
                .ToList(),
        };
    }

    private ImageGenerationMetrics Find(IDataView queries, IReadOnlyList<FeatureRow> reference, IDataView? heldOut = null)
    {
        var settings = new ImageGenerationEvaluationOptions
        {
            Metrics = ImageGenerationMetricTypes.NearestNeighbors,
            FeatureColumnName = nameof(FeatureRow.Features),
            CancellationToken = options.CancellationToken,
        };
        return new ImageGenerationEvaluator(context, settings).Evaluate(queries, FeatureRow.View(context, reference), heldOut);
    }

    private static DistanceSummary Summarize(NearestNeighborMetrics metrics) => new(metrics.Percentile(0), metrics.Percentile(5), metrics.Median, metrics.Distances.Count);
}
