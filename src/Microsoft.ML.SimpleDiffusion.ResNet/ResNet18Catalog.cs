using Microsoft.ML.SimpleDiffusion.Evaluation;

namespace Microsoft.ML.SimpleDiffusion.ResNet;

/// <summary>Adds metrics on the features of ResNet18 to <c>mlContext.ImageGeneration()</c>.</summary>
public static class ResNet18Catalog
{
    /// <summary>Compares generated with real images: the ResNet18 Fréchet distance, which is no FID, precision, recall and more, in one call.</summary>
    /// <param name="catalog">The catalog, <c>mlContext.ImageGeneration()</c>.</param>
    /// <param name="generated">Generated images in the column <see cref="ResNet18DistanceOptions.GeneratedColumnName"/>, 2 or more; better more than 512. Read once.</param>
    /// <param name="real">
    /// Real images in the column <see cref="ResNet18DistanceOptions.ImageColumnName"/>, 2 or more; better more than 512. They need no labels.
    /// </param>
    /// <param name="options">Settings, or null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; a column is missing or of the wrong type.</exception>
    /// <exception cref="InvalidOperationException">
    /// The network or ONNX Runtime is missing; there are too few images, or one cannot be read; the cache folder cannot be created.
    /// </exception>
    public static ResNet18DistanceResult EvaluateResNet18(this ImageGenerationCatalog catalog, IDataView generated, IDataView real, ResNet18DistanceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(generated);
        options = options?.Clone() ?? new ResNet18DistanceOptions();
        using var metric = catalog.ResNet18Distance(real, options);
        return metric.Measure(generated, options.GeneratedColumnName, options.CancellationToken);
    }

    /// <summary>Makes a metric that compares images with real ones, which are read now: for several models, for <see cref="TrainingOptions.Metrics"/> and for sweeps.</summary>
    /// <param name="catalog">The catalog, <c>mlContext.ImageGeneration()</c>.</param>
    /// <param name="real">
    /// Real images in the column <see cref="ResNet18DistanceOptions.ImageColumnName"/>, 2 or more; better more than 512, and best some that no model is trained on. They
    /// need no labels. Read once, and twice where there is a cache folder that does not have them.
    /// </param>
    /// <param name="options">Settings, or null for the defaults. Copied.</param>
    /// <returns>The metric. Dispose of it to free the network.</returns>
    /// <inheritdoc cref="EvaluateResNet18" path="/exception"/>
    public static ResNet18DistanceMetric ResNet18Distance(this ImageGenerationCatalog catalog, IDataView real, ResNet18DistanceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(real);
        options = options?.Clone() ?? new ResNet18DistanceOptions();
        ResNet18OptionsValidator.Validate(options);
        return ResNet18DistanceMetric.Create(catalog.Context, real, options);
    }

    /// <summary>Creates an estimator whose transformer adds the 512 features of ResNet18, for <see cref="ImageGenerationCatalog.Evaluate"/> and whatever else learns from images.</summary>
    /// <param name="catalog">The catalog, <c>mlContext.ImageGeneration()</c>.</param>
    /// <param name="options">Settings, or null for the defaults. Copied.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static ResNet18FeaturesEstimator ResNet18Features(this ImageGenerationCatalog catalog, ResNet18Options? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new ResNet18FeaturesEstimator(catalog.Context, options ?? new ResNet18Options());
    }
}
