using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Content;
using static Microsoft.ML.SimpleDiffusion.Evaluation.ImageGenerationMetricTypes;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Measuring;

/// <summary>Metrics of images, with what they are for real images and for noise.</summary>
internal sealed class QualityMeasures
{
    /// <summary>From twice the number of the classifier's features on their covariance is well determined.</summary>
    public const int EnoughImages = 128;

    private readonly MLContext _context;
    private readonly IFeatureExtractor _extractor;
    private readonly IDataView _reference;
    private readonly IEnumerable<ImageRow> _referenceImages;
    private readonly List<ImageRow> _heldOut;
    private readonly ReportOptions _options;

    /// <param name="context">ML.NET.</param>
    /// <param name="extractor">Gives the features.</param>
    /// <param name="heldOut">Real images that show what real images reach.</param>
    /// <param name="reference">Real images to compare with. Read again for further metrics.</param>
    /// <param name="options">Seed and cancellation.</param>
    public QualityMeasures(MLContext context, IFeatureExtractor extractor, IEnumerable<ImageRow> heldOut, IEnumerable<ImageRow> reference, ReportOptions options)
    {
        _context = context;
        _extractor = extractor;
        _heldOut = heldOut.ToList();
        _referenceImages = reference;
        _reference = FeatureRow.View(context, extractor.Extract(reference));
        _options = options;
    }

    /// <summary>The first of the metrics, which sets are compared by; null if it cannot be measured.</summary>
    public static double? Distance(ImageGenerationMetrics metrics) => metrics.FrechetDistance ?? metrics.KernelDistance?.Mean;

    /// <summary>Metrics of generated images, those of held-out real ones, and those of noise.</summary>
    /// <param name="model">Metrics of the generated images.</param>
    /// <param name="generated">The generated images.</param>
    /// <param name="size">Size of all images.</param>
    /// <param name="classes">Classes to show.</param>
    public QualityReport Report(ImageGenerationMetrics model, IReadOnlyList<ImageRow> generated, ImageSize size, IReadOnlyList<string> classes)
    {
        ImageGenerationMetrics real = Measure(_heldOut), noise = Measure(Noise());
        return new QualityReport
        {
            FeatureDescription = _extractor.Description,
            Images = _heldOut.Count,
            Metrics = [.. new[]
            {
                Row("Classifier distance", higherIsBetter: false, metrics => metrics.FrechetDistance),
                Row(QualityReport.Agreement, higherIsBetter: true, metrics => metrics.ClassAgreement?.Overall),
                Row("Kernel distance", higherIsBetter: false, metrics => metrics.KernelDistance?.Mean),
                Row("Precision", higherIsBetter: true, metrics => metrics.Precision),
                Row("Recall", higherIsBetter: true, metrics => metrics.Recall),
                Row("Density", higherIsBetter: true, metrics => metrics.Density),
                Row("Coverage", higherIsBetter: true, metrics => metrics.Coverage),
            }.Where(row => row.Model is not null), .. _options.Metrics.Select(metric => Further(metric, generated, size))],
            Classes = _extractor.IsClassifier ? classes.Select(label => new ClassAgreementRow(label, OfClass(model, label), OfClass(real, label))).ToList() : [],
        };

        MetricRow Row(string name, bool higherIsBetter, Func<ImageGenerationMetrics, double?> metric) => new(name, higherIsBetter, metric(model), metric(real), metric(noise));
    }

    /// <summary>Metrics of images against the reference.</summary>
    public ImageGenerationMetrics Measure(IEnumerable<ImageRow> images)
    {
        const ImageGenerationMetricTypes always = KernelDistance | PrecisionAndRecall | DensityAndCoverage;
        var settings = new ImageGenerationEvaluationOptions
        {
            Metrics = _extractor.IsClassifier ? always | FrechetDistance | ClassAgreement : always,
            FeatureColumnName = nameof(FeatureRow.Features),
            LabelColumnName = _extractor.IsClassifier ? nameof(FeatureRow.Label) : null,
            PredictedLabelColumnName = _extractor.IsClassifier ? nameof(FeatureRow.PredictedLabel) : null,
            Seed = _options.Seed,
            CancellationToken = _options.CancellationToken,
        };
        return new Metrics.ImageGenerationEvaluator(_context, settings).Evaluate(FeatureRow.View(_context, _extractor.Extract(images)), _reference, heldOut: null);
    }

    private MetricRow Further(IImageSetMetric metric, IReadOnlyList<ImageRow> generated, ImageSize size)
    {
        var values = metric.Measure([View(generated), View(_heldOut), View([.. Noise()])], View(_referenceImages), nameof(ImageRow.Pixels), _options.CancellationToken);
        return values is [double model, double real, double noise]
            ? new MetricRow(metric.Name, metric.HigherIsBetter, model, real, noise)
            : throw new InvalidOperationException($"The metric '{metric.Name}' has {values.Count} values for 3 sets of images.");

        IDataView View(IEnumerable<ImageRow> images) => ImageRow.View(_context, images, size);
    }

    private static double? OfClass(ImageGenerationMetrics metrics, string label)
        => metrics.ClassAgreement is { } agreement && agreement.PerClass.TryGetValue(label, out double share) ? share : null;

    /// <summary>An image of noise for each held-out one.</summary>
    private IEnumerable<ImageRow> Noise()
    {
        var random = new Random(_options.Seed);
        return _heldOut.Select(image =>
        {
            var pixels = new byte[image.Pixels.Length];
            random.NextBytes(pixels);
            return new ImageRow { Pixels = pixels, Label = image.Label };
        });
    }
}
