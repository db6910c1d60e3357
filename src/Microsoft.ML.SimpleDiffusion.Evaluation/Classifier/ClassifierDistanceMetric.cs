using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Data;
using Microsoft.ML.SimpleDiffusion.Evaluation.Classifier;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
using static System.FormattableString;

namespace Microsoft.ML.SimpleDiffusion.Evaluation;

/// <summary>
/// The classifier distance: the squared Fréchet distance between the features that a small classifier, trained on the user's own labelled images, gives to
/// generated and to real images. It needs no network from elsewhere. It is no FID, and can only be compared with distances from the same classifier:
/// hence its floor and ceiling. Made by <see cref="ImageGenerationCatalog.TrainClassifierDistance(IDataView, ClassifierDistanceOptions)"/>.
/// </summary>
public sealed class ClassifierDistanceMetric : IValidationMetric, IDisposable
{
    private readonly IHostEnvironment _environment;
    private readonly ClassifierDistanceOptions _options;
    private readonly FeatureStatistics _real;

    /// <param name="environment">The environment.</param>
    /// <param name="options">Checked and copied.</param>
    /// <param name="classifier">The classifier; becomes the metric's to dispose of.</param>
    /// <param name="real">Features of the real images; become the metric's to dispose of.</param>
    internal ClassifierDistanceMetric(IHostEnvironment environment, ClassifierDistanceOptions options, SmallImageClassifierTransformer classifier, FeatureStatistics real)
    {
        _environment = environment;
        _options = options;
        _real = real;
        Classifier = classifier;
    }

    /// <summary><c>ClassifierDistance</c>.</summary>
    public string Name => "ClassifierDistance";

    /// <summary>False.</summary>
    public bool HigherIsBetter => false;

    /// <summary>The classifier. It lives as long as the metric.</summary>
    public SmallImageClassifierTransformer Classifier { get; }

    /// <summary>Number of real images that others are compared with; the classifier has not been trained on them.</summary>
    public int RealCount => (int)_real.Count;

    /// <summary>Distance of as many other real images, which the classifier has not been trained on either. A perfect model is about as far.</summary>
    public double Floor { get; internal init; }

    /// <summary>Distance of as many images of noise.</summary>
    public double Ceiling { get; internal init; }

    /// <summary>Share of the real images that the classifier gives their own class, 0 to 1.</summary>
    public double RealAgreement { get; internal init; }

    /// <summary>Measures generated images. As many as <see cref="RealCount"/> of the same classes compare best with <see cref="Floor"/>.</summary>
    /// <param name="generated">Images, 2 or more.</param>
    /// <param name="imageColumnName">Column of the images, of any kind that training reads.</param>
    /// <param name="labelColumnName">Column of the classes that were asked for (key or text), or null if there are none.</param>
    /// <param name="cancellationToken">Stops the measurement.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type.</exception>
    /// <exception cref="InvalidOperationException">There are fewer than two images, one cannot be read, or its class is none of the classifier's.</exception>
    public ClassifierDistanceResult Measure(IDataView generated, string imageColumnName, string? labelColumnName, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(generated);
        ArgumentException.ThrowIfNullOrWhiteSpace(imageColumnName);
        var classes = new ConditionDescription { Kind = ConditionKind.Class, ClassLabels = Classifier.Classes };
        using var data = LabelledImages.Load(_environment, generated, imageColumnName, labelColumnName, _options.ImageSize, _options.Channels, classes, cancellationToken);
        WarnOfTooFew(data);
        var measured = ClassifiedImages.Of(Classifier, ImageSelection.All(data), cancellationToken);
        using var statistics = measured.Statistics;
        return new ClassifierDistanceResult
        {
            Count = data.Count,
            Distance = statistics.FrechetDistance(_real),
            Floor = Floor,
            Ceiling = Ceiling,
            Agreement = labelColumnName is null ? double.NaN : measured.Agreement.Overall,
            RealAgreement = RealAgreement,
            PerClassAgreement = labelColumnName is null
                ? new Dictionary<string, double>()
                : Enumerable.Range(0, Classifier.Classes.Count).ToDictionary(i => Classifier.Classes[i], measured.Agreement.Of),
        };
    }

    /// <summary>
    /// Generates an image for each row of the validation data, at most <see cref="ClassifierDistanceOptions.MaxImages"/>, always from the same noise, and
    /// measures their distance.
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
        return Measure(generated, options.OutputColumnName, labelColumnName: null, cancellationToken).Distance;
    }

    /// <summary>Floor and ceiling in a line.</summary>
    public override string ToString()
        => Invariant($"classifier distance: real images {Floor:G4} (floor), noise {Ceiling:G4} (ceiling), right class of real images {RealAgreement:P0}, against {RealCount} images");

    /// <summary>Frees the classifier.</summary>
    public void Dispose()
    {
        Classifier.Dispose();
        _real.Dispose();
    }

    private void WarnOfTooFew(ImageDataset data)
    {
        if (data.Count <= _real.Dimension)
        {
            MLEnvironment.Warn(
                _environment,
                $"The classifier distance of {data.Count} images comes out too high: their covariance of {_real.Dimension} features is singular. Use more than {_real.Dimension} images.");
        }
    }
}
