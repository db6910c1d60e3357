using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Generation;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.Training;
using Microsoft.ML.SimpleDiffusion.Training.Observers;

namespace Microsoft.ML.SimpleDiffusion;

/// <summary>
/// Trains a simple diffusion model (Hoogeboom, Heek, Salimans 2023) on a column of images. Create it with
/// <see cref="SimpleDiffusionCatalog.SimpleDiffusion(TransformsCatalog, SimpleDiffusionOptions)"/>.
/// </summary>
/// <remarks>
/// <para>The image column holds images, file paths, bytes of image files, or pixel vectors [channels, height, width]. A condition column of keys
/// gives a class-conditional model, one of text or of embeddings [tokens, width] a text-to-image model. See <see cref="SimpleDiffusionOptions"/>.</para>
/// <para>Training goes on until <see cref="TrainingOptions.Steps"/>, reports to <see cref="TrainingOptions.Progress"/> and to the log of the
/// <see cref="MLContext"/>, and stops early through <see cref="TrainingOptions.CancellationToken"/> or the context's own cancellation.</para>
/// </remarks>
public sealed class SimpleDiffusionEstimator : IEstimator<SimpleDiffusionTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly SimpleDiffusionOptions _options;

    internal SimpleDiffusionEstimator(IHostEnvironment environment, SimpleDiffusionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        OptionsValidator.ValidateNew(options);
        _environment = environment;
        _options = options.Clone();
    }

    /// <summary>Trains a model from random weights, or goes on from the newest checkpoint of the same run.</summary>
    /// <param name="input">The training data. Read once.</param>
    /// <returns>A transformer that generates images. Dispose of it to free its weights.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has the wrong type.</exception>
    /// <exception cref="InvalidOperationException">
    /// The data has no rows, or none with a condition; an image cannot be read (<see cref="TrainingOptions.CorruptImages"/>); libtorch cannot be loaded; the checkpoint
    /// folder belongs to another run, cannot be written to, or its disk is full; the run goes on from a checkpoint and its data has changed
    /// (<see cref="TrainingOptions.ChangedData"/>); training diverged; there is not enough memory.
    /// </exception>
    /// <exception cref="OperationCanceledException">
    /// Training was cancelled, and <see cref="TrainingOptions.OnCancellation"/> says to throw or nothing has been learnt yet.
    /// </exception>
    public SimpleDiffusionTransformer Fit(IDataView input) => FitCore(input, validation: null, warmStart: null);

    /// <summary>Trains on from the weights of a fitted model, with fresh optimizer moments.</summary>
    /// <param name="input">
    /// The training data. Read once. Its classes may come in another order than the model's, be more or fewer: each that the model knows keeps what was learnt of it.
    /// </param>
    /// <param name="warmStart">A model with the same network and image size; it has classes if the data has. It is not changed.</param>
    /// <inheritdoc cref="Fit(IDataView)" path="/returns|/exception"/>
    /// <exception cref="ArgumentException">The model does not fit these options or this data.</exception>
    public SimpleDiffusionTransformer Fit(IDataView input, SimpleDiffusionTransformer warmStart)
    {
        ArgumentNullException.ThrowIfNull(warmStart);
        return FitCore(input, validation: null, warmStart);
    }

    /// <summary>
    /// Trains a model and evaluates it on other images as it goes on: <see cref="TrainingOptions.EvaluateEverySteps"/> says when,
    /// <see cref="TrainingOptions.Metrics"/> what is measured beside the loss, and <see cref="TrainingOptions.KeepBest"/> and
    /// <see cref="TrainingOptions.EarlyStoppingPatience"/> what follows from it. The weights of each step are those of a run without validation.
    /// </summary>
    /// <param name="input">The training data. Read once.</param>
    /// <param name="validation">
    /// Images that are not trained on, in the same columns; the condition may be text too. Read once for the validation loss, and by each metric as it likes.
    /// </param>
    /// <inheritdoc cref="Fit(IDataView)" path="/returns|/exception"/>
    /// <exception cref="InvalidOperationException">
    /// The validation data has no rows, or an image or a class that cannot be used; a metric failed, which is named; what <see cref="Fit(IDataView)"/> says.
    /// </exception>
    public SimpleDiffusionTransformer Fit(IDataView input, IDataView validation)
    {
        ArgumentNullException.ThrowIfNull(validation);
        return FitCore(input, validation, warmStart: null);
    }

    /// <summary>Trains on from the weights of a fitted model, with fresh optimizer moments and a new history, and evaluates on other images.</summary>
    /// <param name="input">
    /// The training data. Read once. Its classes may come in another order than the model's, be more or fewer: each that the model knows keeps what was learnt of it.
    /// </param>
    /// <param name="validation">Images that are not trained on, in the same columns; the condition may be text too.</param>
    /// <param name="warmStart">A model with the same network and image size; it has classes if the data has. It is not changed.</param>
    /// <inheritdoc cref="Fit(IDataView, IDataView)" path="/returns|/exception"/>
    /// <exception cref="ArgumentException">The model does not fit these options or this data.</exception>
    public SimpleDiffusionTransformer Fit(IDataView input, IDataView validation, SimpleDiffusionTransformer warmStart)
    {
        ArgumentNullException.ThrowIfNull(validation);
        ArgumentNullException.ThrowIfNull(warmStart);
        return FitCore(input, validation, warmStart);
    }

    /// <summary>Checks the columns and adds those that the transformer makes.</summary>
    /// <param name="inputSchema">Columns of the input.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has the wrong type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        CheckColumns(inputSchema, _options);
        return SchemaShapes.With(inputSchema, GeneratedColumns.Shapes(_options));
    }

    /// <summary>Checks the columns that training needs, before there is any data.</summary>
    internal static void CheckColumns(SchemaShape inputSchema, SimpleDiffusionOptions options)
    {
        ImageColumn.Check(inputSchema, options.ImageColumnName, PixelFormat.Of(options));
        if (options.ConditionColumnName is string condition)
        {
            ConditionColumn.Check(inputSchema, condition);
        }
    }

    private SimpleDiffusionTransformer FitCore(IDataView input, IDataView? validation, SimpleDiffusionTransformer? warmStart)
    {
        ArgumentNullException.ThrowIfNull(input);
        _ = GetOutputSchema(SchemaShapes.Of(input.Schema));
        ValidationData.Check(input, validation, _options);
        return new SimpleDiffusionTransformer(_environment, new TorchGenerator(TrainingLoop.Run(_environment, new TrainingJob(_options, input) { Validation = validation, WarmStart = (warmStart?.Model as TorchGenerator)?.Model })));
    }
}
