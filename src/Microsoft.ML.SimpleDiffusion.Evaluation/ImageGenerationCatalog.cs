using Microsoft.ML.SimpleDiffusion.Evaluation.Classifier;
using Microsoft.ML.SimpleDiffusion.Evaluation.Likelihood;
using Microsoft.ML.SimpleDiffusion.Evaluation.Metrics;
using Microsoft.ML.SimpleDiffusion.Evaluation.Reports;
using Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;

namespace Microsoft.ML.SimpleDiffusion.Evaluation;

/// <summary>
/// Metrics, sweeps and reports for models that generate images. Get it with
/// <see cref="ImageGenerationCatalogExtensions.ImageGeneration(MLContext)"/>.
/// </summary>
public sealed class ImageGenerationCatalog
{
    private readonly MLContext _context;

    internal ImageGenerationCatalog(MLContext context) => _context = context;

    /// <summary>The context that this catalog belongs to.</summary>
    internal MLContext Context => _context;

    /// <summary>Measures how good generated images are, from columns of features, probabilities and labels that any transform may have made.</summary>
    /// <param name="generated">Generated images' columns. Read once.</param>
    /// <param name="reference">Features of real images. Read once, and only if a metric compares features.</param>
    /// <param name="options">What to compute from which columns, or null for the defaults.</param>
    /// <param name="heldOut">
    /// Features of real images that are neither in the reference nor known to the model, or null. With the training data as the reference, their distances to
    /// it are what those of the generated images are to be read against: only the comparison tells whether a model memorises. Read once.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// An option is out of range; a column is missing, of the wrong type, or of another length than in the other view.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// A view has too few rows, a feature is not finite, or probabilities do not sum to 1.
    /// </exception>
    public ImageGenerationMetrics Evaluate(
        IDataView generated, IDataView reference, ImageGenerationEvaluationOptions? options = null, IDataView? heldOut = null)
    {
        ArgumentNullException.ThrowIfNull(generated);
        ArgumentNullException.ThrowIfNull(reference);
        options = options?.Clone() ?? new ImageGenerationEvaluationOptions();
        options.Validate();
        return new ImageGenerationEvaluator(_context, options).Evaluate(generated, reference, heldOut);
    }

    /// <summary>Mean and covariance of a column of features in one pass, for Fréchet distances between many sets without reading each again.</summary>
    /// <param name="data">The data.</param>
    /// <param name="featureColumnName">Vector column of known size of Single or Double.</param>
    /// <param name="cancellationToken">Stops the pass.</param>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or of the wrong type.</exception>
    /// <exception cref="InvalidOperationException">A feature is not finite.</exception>
    public FeatureStatistics MeasureFeatures(IDataView data, string featureColumnName = "Features", CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentException.ThrowIfNullOrWhiteSpace(featureColumnName);
        return FeatureCollector.Gather(data, featureColumnName, cancellationToken);
    }

    /// <summary>Creates an estimator that trains a small classifier on labelled images, for its features, scores and predictions.</summary>
    /// <param name="options">Settings, or null for the defaults. Copied.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public SmallImageClassifierEstimator SmallImageClassifier(SmallImageClassifierOptions? options = null)
        => new(_context, options ?? new SmallImageClassifierOptions());

    /// <summary>
    /// Trains a small classifier on half of the images, and makes a metric of it that compares generated images with a quarter of them; the last quarter
    /// gives the floor.
    /// </summary>
    /// <param name="training">Labelled images, 4 or more of each class.</param>
    /// <param name="options">Settings. Copied.</param>
    /// <returns>The metric. Dispose of it to free the classifier.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; a column is missing or of the wrong type.</exception>
    /// <exception cref="InvalidOperationException">There are fewer than two classes or too few images of one, or an image cannot be read or has no class.</exception>
    public ClassifierDistanceMetric TrainClassifierDistance(IDataView training, ClassifierDistanceOptions options)
    {
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(options);
        return ClassifierDistanceTraining.Run(_context, training, heldOut: null, options);
    }

    /// <summary>
    /// Trains a small classifier on three quarters of the images, and makes a metric of it that compares generated images with held-out ones; the last quarter
    /// gives the floor. A model that repeats its training images gains nothing by it.
    /// </summary>
    /// <param name="training">Labelled images, 4 or more of each class.</param>
    /// <param name="heldOut">Labelled images that no model is trained on, with the same columns.</param>
    /// <param name="options">Settings. Copied.</param>
    /// <inheritdoc cref="TrainClassifierDistance(IDataView, ClassifierDistanceOptions)" path="/returns|/exception"/>
    public ClassifierDistanceMetric TrainClassifierDistance(IDataView training, IDataView heldOut, ClassifierDistanceOptions options)
    {
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(heldOut);
        ArgumentNullException.ThrowIfNull(options);
        return ClassifierDistanceTraining.Run(_context, training, heldOut, options);
    }

    /// <summary>
    /// How well a model fits images that it has not been trained on: the variational bound on their log-likelihood, in bits per dimension. The same seed
    /// gives the same result. It compares models of the same image size and the same log-SNR limits only.
    /// </summary>
    /// <param name="model">The model. It is not changed.</param>
    /// <param name="images">
    /// Held-out images in the column <see cref="SimpleDiffusionOptions.ImageColumnName"/>, and their conditions if the model has any. Read once.
    /// </param>
    /// <param name="samplesPerImage">Network evaluations per image, 1 or more, spread evenly over the noise levels.</param>
    /// <param name="seed">Seed of noise and noise levels.</param>
    /// <param name="cancellationToken">Stops the evaluation.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type, or there is no sample.</exception>
    /// <exception cref="InvalidOperationException">
    /// The model has been distilled, or its pixels are no bytes (<see cref="SimpleDiffusionOptions.PixelMinimum"/>); there are no images, one cannot be read, its class was not in the training data, or an embedding is not finite.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The model has been disposed of.</exception>
    public LikelihoodMetrics EvaluateLikelihood(
        SimpleDiffusionTransformer model, IDataView images, int samplesPerImage = 32, int seed = 0, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(samplesPerImage, 1);
        PictureModel.Require(model, "The likelihood in bits per dimension is that of the 256 levels of bytes");
        return HeldOutData.Measure(
            _context,
            model,
            images,
            (denoising, configuration, data) => new LikelihoodEvaluator(denoising, configuration, data, samplesPerImage, seed).Evaluate(cancellationToken),
            cancellationToken);
    }

    /// <summary>
    /// Measures how well a model denoises given images: the error of the predicted image at fixed noise levels. Unlike the training loss it can be
    /// compared between models with different noise schedules and losses. The same images in the same order get the same noise.
    /// </summary>
    /// <param name="model">The model. It is not changed.</param>
    /// <param name="images">
    /// Held-out images with the columns that training needs. They are read into memory and taken <see cref="SamplingOptions.BatchSize"/> at a time.
    /// </param>
    /// <param name="logSnrs">Noise levels, from about -10 (nearly noise) to 10 (nearly clean).</param>
    /// <param name="resolutions">Shorter sides, in pixels, to pool the errors to. Null (default): the image's own.</param>
    /// <param name="cancellationToken">Stops the evaluation.</param>
    /// <returns>An error for each noise level and resolution, in the order given, resolutions first.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A column is missing or of the wrong type; a noise level is no number; images cannot be pooled to a resolution.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The model has been distilled; there are no images, one cannot be read, its class was not in the training data, or an embedding is not finite.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The model has been disposed of.</exception>
    public IReadOnlyList<DenoisingError> EvaluateDenoising(
        SimpleDiffusionTransformer model,
        IDataView images,
        IReadOnlyList<double> logSnrs,
        IReadOnlyList<int>? resolutions = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(logSnrs);
        DenoisingEvaluator.CheckLevels(logSnrs);
        var options = model.Options;
        resolutions ??= [Math.Min(options.ImageHeight, options.ImageWidth)];
        DenoisingEvaluator.CheckResolutions(resolutions, options.ImageHeight, options.ImageWidth);
        return HeldOutData.Measure(
            _context,
            model,
            images,
            (denoising, configuration, data) => new DenoisingEvaluator(denoising, configuration, data, resolutions).Evaluate(logSnrs, cancellationToken),
            cancellationToken);
    }

    /// <summary>Looks for better training or sampling options by trying some.</summary>
    /// <param name="training">Data that every trial trains on, with the columns that <see cref="SweepOptions.Base"/> names.</param>
    /// <param name="validation">Held-out data that every trial is measured on, with the same columns.</param>
    /// <param name="options">What is varied, how, and within which budget. Copied.</param>
    /// <returns>All trials, and the best one with its model.</returns>
    /// <remarks>
    /// A trial that cannot be trained or measured is recorded and skipped. What is done is kept in <see cref="SweepOptions.Directory"/>: the same call with
    /// the same data goes on after a crash or a cancellation.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range, names no option of the model, or a column is missing or of the wrong type.</exception>
    /// <exception cref="InvalidOperationException">
    /// The folder belongs to another sweep, is damaged or cannot be used; the program cannot be started again for parallel processes; all trials failed.
    /// </exception>
    /// <exception cref="OperationCanceledException">The sweep was cancelled. Begun again, it goes on.</exception>
    public SweepResult Sweep(IDataView training, IDataView validation, SweepOptions options)
    {
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(validation);
        ArgumentNullException.ThrowIfNull(options);
        return Sweeper.Execute(_context, training, validation, options);
    }

    /// <summary>
    /// Measures a model and writes one HTML page about it: generated images, metrics beside their values for real images and for noise, the training's
    /// losses and evaluations, guidance scales, distilled models if any are given, nearest neighbours in the training set, and options. The page needs no other
    /// file and no network.
    /// </summary>
    /// <param name="path">The file to write. What it held before is replaced once the page is done.</param>
    /// <param name="model">The model. It is not changed.</param>
    /// <param name="data">
    /// Images that the model was trained on, in the columns that it was trained with; the condition may be text. Without a condition, or if all have the
    /// same, there is nothing to train a classifier on, and images are compared by their coarse pixels.
    /// </param>
    /// <param name="options">What to measure and show, or null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// An option is out of range, a column is missing or of the wrong type, or one of <see cref="ReportOptions.Students"/> is not distilled or draws other images.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// There are too few images, one cannot be read, or it is of a class that the model does not know; the model's pixels are no bytes
    /// (<see cref="SimpleDiffusionOptions.PixelMinimum"/>).
    /// </exception>
    /// <exception cref="ObjectDisposedException">A model has been disposed of.</exception>
    public void WriteReport(string path, SimpleDiffusionTransformer model, IDataView data, ReportOptions? options = null)
        => ReportWriter.Write(Context, path, model, data, options ?? new ReportOptions());
}
