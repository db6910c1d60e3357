using Microsoft.ML.SimpleDiffusion.Evaluation;

namespace Microsoft.ML.SimpleDiffusion.Experiments.Ablations;

/// <summary>Compares pictures with held-out real ones, through the features of a classifier that is trained on the training pictures.</summary>
internal sealed class Yardstick : IDisposable
{
    private readonly MLContext _context;
    private readonly ClassifierDistanceMetric _metric;
    private readonly int _size;

    private Yardstick(MLContext context, ClassifierDistanceMetric metric, IReadOnlyList<Picture> real, int size)
    {
        _context = context;
        _metric = metric;
        _size = size;
        Real = real;
    }

    /// <summary>The held-out pictures. Generated pictures have the same classes in the same order.</summary>
    public IReadOnlyList<Picture> Real { get; }

    /// <summary>Trains the classifier, always the same for the same pictures.</summary>
    /// <param name="training">Training pictures.</param>
    /// <param name="real">Held-out pictures.</param>
    /// <param name="size">Pixels on a side.</param>
    /// <param name="log">Is told how it goes.</param>
    /// <param name="cancellationToken">Stops the training.</param>
    public static (Yardstick Yardstick, Baseline Baseline) Create(
        IReadOnlyList<Picture> training, IReadOnlyList<Picture> real, int size, Action<string> log, CancellationToken cancellationToken)
    {
        var context = new MLContext();
        log("training the classifier");
        var metric = context.ImageGeneration().TrainClassifierDistance(
            PictureSet.View(context, training, size),
            PictureSet.View(context, real, size),
            new ClassifierDistanceOptions
            {
                ImageColumnName = nameof(Picture.Pixels),
                LabelColumnName = nameof(Picture.Label),
                ImageSize = size,
                RandomHorizontalFlip = true,
                CancellationToken = cancellationToken,
            });
        log(metric.ToString());
        string[] classes = training.Select(picture => picture.Label).Distinct().ToArray();
        var baseline = new Baseline(training.Count, real.Count, metric.Floor, metric.Ceiling, metric.RealAgreement, classes);
        return (new Yardstick(context, metric, real, size), baseline);
    }

    /// <summary>Compares pictures with the real ones.</summary>
    public Quality Measure(IReadOnlyList<Picture> pictures)
    {
        var view = PictureSet.View(_context, pictures, _size);
        var result = _metric.Measure(view, nameof(Picture.Pixels), nameof(Picture.Label));
        var balls = _context.ImageGeneration().Evaluate(
            _metric.Classifier.Transform(view),
            _metric.Classifier.Transform(PictureSet.View(_context, Real, _size)),
            new ImageGenerationEvaluationOptions { FeatureColumnName = new SmallImageClassifierOptions().FeatureColumnName, Metrics = ImageGenerationMetricTypes.PrecisionAndRecall });
        return new Quality(result.Distance, result.Agreement, balls.Precision ?? double.NaN, balls.Recall ?? double.NaN);
    }

    public void Dispose() => _metric.Dispose();
}
