using Microsoft.ML.SimpleDiffusion.Data.Imaging;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Measuring;

/// <summary>The features and predictions of a small classifier that has learnt the classes of the real images.</summary>
internal sealed class ClassifierFeatures : IFeatureExtractor
{
    private const int LargestSize = 64;

    private readonly MLContext _context;
    private readonly ImageSize _size;
    private readonly SmallImageClassifierTransformer _classifier;

    private ClassifierFeatures(MLContext context, ImageSize size, SmallImageClassifierTransformer classifier)
    {
        _context = context;
        _size = size;
        _classifier = classifier;
    }

    public string Description => "the features of a small classifier that was trained on other real pictures";

    public bool IsClassifier => true;

    /// <summary>Trains the classifier.</summary>
    /// <param name="context">ML.NET.</param>
    /// <param name="images">Real images.</param>
    /// <param name="compute">Device and threads.</param>
    /// <param name="options">Epochs, seed and cancellation.</param>
    public static ClassifierFeatures Train(MLContext context, RealImages images, ComputeOptions compute, ReportOptions options)
    {
        var estimator = new SmallImageClassifierEstimator(context, new SmallImageClassifierOptions
        {
            ImageColumnName = nameof(ImageRow.Pixels),
            LabelColumnName = nameof(ImageRow.Label),
            ImageSize = Math.Min(LargestSize, Math.Max(images.Size.Height, images.Size.Width)),
            Channels = images.Size.Channels,
            Epochs = options.ClassifierEpochs,
            Seed = options.Seed,
            Compute = compute,
            CancellationToken = options.CancellationToken,
        });

        // Images without a class have nothing to teach.
        var rows = images.Rows(images.Classifier.Where(index => images.LabelOf(index).Length > 0));
        return new ClassifierFeatures(context, images.Size, estimator.Fit(ImageRow.View(context, rows, images.Size)));
    }

    public IReadOnlyList<FeatureRow> Extract(IEnumerable<ImageRow> images)
    {
        var classified = _classifier.Transform(ImageRow.View(_context, images, _size));
        var named = _context.Transforms.Conversion.MapKeyToValue(nameof(FeatureRow.PredictedLabel)).Fit(classified).Transform(classified);
        return _context.Data.CreateEnumerable<FeatureRow>(named, reuseRowObject: false).ToList();
    }

    public void Dispose() => _classifier.Dispose();
}
