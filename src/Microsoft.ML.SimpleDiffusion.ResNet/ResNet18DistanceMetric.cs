using Microsoft.ML.SimpleDiffusion.Evaluation;
using Microsoft.ML.SimpleDiffusion.Evaluation.Classifier;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.ResNet.Features;
using Microsoft.ML.SimpleDiffusion.ResNet.Network;
using static System.FormattableString;

namespace Microsoft.ML.SimpleDiffusion.ResNet;

/// <summary>
/// The ResNet18 Fréchet distance: the squared Fréchet distance between the features that a ResNet18, trained on ImageNet, gives to generated and to real images,
/// which need no labels. It is no FID, whose features are those of an Inception network. Made by <see cref="ResNet18Catalog.ResNet18Distance"/>.
/// </summary>
public sealed class ResNet18DistanceMetric : IValidationMetric, IDisposable
{
    private const ImageGenerationMetricTypes Measured = ImageGenerationMetricTypes.FrechetDistance | ImageGenerationMetricTypes.KernelDistance
        | ImageGenerationMetricTypes.PrecisionAndRecall | ImageGenerationMetricTypes.DensityAndCoverage;

    private readonly MLContext _context;
    private readonly ResNet18DistanceOptions _options;
    private readonly ResNet18Network _network;
    private readonly IDataView _real;
    private readonly FeatureStatistics _statistics;
    private bool _hasWarned;
    private bool _disposed;

    private ResNet18DistanceMetric(MLContext context, ResNet18DistanceOptions options, ResNet18Network network, float[][] real)
    {
        (_context, _options, _network) = (context, options, network);
        _real = PictureFeatures.ToView(context, real);
        _statistics = PictureFeatures.Statistics(context, real);
        RealCount = real.Length;
    }

    /// <summary><c>ResNet18Distance</c>.</summary>
    public string Name => "ResNet18Distance";

    /// <summary>False.</summary>
    public bool HigherIsBetter => false;

    /// <summary>Number of real images that others are compared with.</summary>
    public int RealCount { get; }

    /// <summary>Loads the network, and reads the real images or what is kept of them.</summary>
    /// <param name="context">The context.</param>
    /// <param name="real">Real images.</param>
    /// <param name="options">Checked and copied.</param>
    internal static ResNet18DistanceMetric Create(MLContext context, IDataView real, ResNet18DistanceOptions options)
    {
        var cache = options.CacheDirectory is string directory ? new FeatureCache(directory, message => MLEnvironment.Warn(context, message)) : null;
        var network = ResNet18Network.Open(options.NetworkFolder, options.Threads);
        try
        {
            float[][] features = PictureFeatures.Of(network, real, options.ImageColumnName, cache, options.CancellationToken);
            return features.Length >= 2
                ? new ResNet18DistanceMetric(context, options, network, features)
                : throw new InvalidOperationException($"The ResNet18 Fréchet distance needs 2 real images or more, and the data has {features.Length}.");
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Measures images. As many held-out real images, measured the same way, tell what a perfect model would reach. Of 512 images or fewer the distance comes
    /// out too high, which is warned of.
    /// </summary>
    /// <param name="images">Images, 2 or more. Read once.</param>
    /// <param name="imageColumnName">Their column, of any kind that <see cref="ResNet18Options.ImageColumnName"/> takes.</param>
    /// <param name="cancellationToken">Stops the measurement.</param>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or of the wrong type.</exception>
    /// <exception cref="InvalidOperationException">There are fewer than two images, or one cannot be read.</exception>
    /// <exception cref="ObjectDisposedException">The metric has been disposed of.</exception>
    public ResNet18DistanceResult Measure(IDataView images, string imageColumnName, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentException.ThrowIfNullOrWhiteSpace(imageColumnName);
        float[][] features = FeaturesOf(images, imageColumnName, cancellationToken);
        var metrics = _context.ImageGeneration().Evaluate(PictureFeatures.ToView(_context, features), _real, new ImageGenerationEvaluationOptions
        {
            Metrics = Measured,
            FeatureColumnName = PictureFeatures.ColumnName,
            CancellationToken = cancellationToken,
        });
        return new ResNet18DistanceResult
        {
            Count = features.Length,
            RealCount = RealCount,
            Distance = metrics.FrechetDistance!.Value,
            KernelDistance = metrics.KernelDistance!,
            Precision = metrics.Precision,
            Recall = metrics.Recall,
            Density = metrics.Density,
            Coverage = metrics.Coverage,
        };
    }

    /// <summary>
    /// Generates an image for each row of the validation data, at most <see cref="ResNet18DistanceOptions.MaxImages"/>, always from the same noise, and measures
    /// their distance. Nothing else of the rows is read than what the model is asked with.
    /// </summary>
    /// <inheritdoc cref="IValidationMetric.Evaluate" path="/param"/>
    /// <returns>The distance, which is lower for better models.</returns>
    public double Evaluate(SimpleDiffusionTransformer model, IDataView validation, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(validation);
        var options = model.Options;
        using var generator = model.WithSampling(_options.Sampling ?? options.Sampling);
        var generated = generator.Transform(EvenlySpacedRows.Of(validation, _options.MaxImages));
        float[][] features = FeaturesOf(generated, options.OutputColumnName, cancellationToken);
        WarnOfTooFew(features.Length);
        using var statistics = PictureFeatures.Statistics(_context, features, cancellationToken);
        return statistics.FrechetDistance(_statistics);
    }

    /// <summary>What it compares with, in a line.</summary>
    public override string ToString() => Invariant($"ResNet18 Fréchet distance to {RealCount} real images");

    /// <summary>Frees the network.</summary>
    public void Dispose()
    {
        _disposed = true;
        _network.Dispose();
        _statistics.Dispose();
    }

    private float[][] FeaturesOf(IDataView images, string imageColumnName, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return PictureFeatures.Of(_network, images, imageColumnName, cache: null, cancellationToken);
    }

    /// <summary>Once: a training measures often, and always as many.</summary>
    private void WarnOfTooFew(int count)
    {
        int fewest = Math.Min(count, RealCount);
        if (fewest <= ResNet18Network.FeatureCount && !_hasWarned)
        {
            _hasWarned = true;
            MLEnvironment.Warn(
                _context,
                $"The ResNet18 Fréchet distance of {count} images to {RealCount} real ones comes out too high: the covariance of {ResNet18Network.FeatureCount} features of {fewest} images is "
                + $"singular. Use more than {ResNet18Network.FeatureCount} of each, and compare only distances of equally many.");
        }
    }
}
