using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Data.Columns;
using Microsoft.ML.SimpleDiffusion.Generation;
using Microsoft.ML.SimpleDiffusion.Generation.Views;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion;

/// <summary>
/// Adds a column of generated images. Made by <see cref="SimpleDiffusionEstimator.Fit(IDataView)"/>, <see cref="LoadFromSafetensors"/>, or <c>mlContext.Model.Load</c>.
/// </summary>
/// <remarks>
/// <para>Generation needs the condition column (if the model has one) and the seed column (if one is set), never the image column. A class
/// may be a key, whose values are matched by their text, the text itself, or a whole number if all labels are; a text-to-image model takes captions, or embeddings as in training. A row without
/// a class or caption gets an image of nothing in particular.</para>
/// <para>A row's image depends on the model, the row's condition, the sampling options and the row's seed, and on nothing else. Without a seed column
/// the seed follows from <see cref="SamplingOptions.Seed"/> and the row's id, so repeated predictions of a prediction engine differ.</para>
/// </remarks>
public sealed class SimpleDiffusionTransformer : ITransformer, IDisposable
{
    private readonly IHostEnvironment _environment;
    private readonly ModelConfiguration _configuration;
    private readonly RowWarnings _warnings;
    private bool _disposed;

    /// <param name="environment">The environment.</param>
    /// <param name="model">The model; this transformer becomes one of its owners.</param>
    /// <param name="options">The model's options with new ones for generation, or null for the model's own.</param>
    internal SimpleDiffusionTransformer(IHostEnvironment environment, IGenerativeModel model, SimpleDiffusionOptions? options = null)
    {
        _environment = environment;
        Model = model;
        _warnings = new RowWarnings(message => MLEnvironment.Warn(environment, message));
        _configuration = model.Configuration with { Options = (options ?? model.Configuration.Options).Clone() };
        GeneratedColumns.Register(_configuration.Options);
    }

    /// <summary>A copy of the options, with every number that was chosen automatically filled in.</summary>
    public SimpleDiffusionOptions Options => _configuration.Options.Clone();

    /// <summary>Optimizer steps that the weights have seen.</summary>
    public long TrainedSteps => _configuration.TrainedSteps;

    /// <summary>Losses and evaluations of the training run.</summary>
    public TrainingHistory History => _configuration.History;

    /// <summary>Number of trained weights of the network.</summary>
    public long ParameterCount => Model.ParameterCount;

    /// <summary>What the model has been distilled from; null for one that has been trained.</summary>
    public DistillationInfo? Distillation => _configuration.Distillation;

    /// <summary>The classes that the model knows, in the order of the training data's keys. Empty without classes.</summary>
    public IReadOnlyList<string> Labels => field ??= Array.AsReadOnly([.. _configuration.Condition.ClassLabels]);

    /// <summary>Always true: each row's image depends on that row alone.</summary>
    public bool IsRowToRowMapper => true;

    internal IGenerativeModel Model { get; }

    /// <summary>A transformer with other sampling options that shares this one's weights. The weights live until both are disposed of.</summary>
    /// <param name="sampling">How to generate. Copied.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range, or asks of the model what it does not know: guidance, portraits, an image to start from.</exception>
    /// <exception cref="ObjectDisposedException">This transformer has been disposed of.</exception>
    public SimpleDiffusionTransformer WithSampling(SamplingOptions sampling)
    {
        ArgumentNullException.ThrowIfNull(sampling);
        return With(options => options.Sampling = sampling.Clone());
    }

    /// <summary>
    /// A transformer that generates from the images of a column instead of from noise alone, and shares this one's weights. Saved and loaded like any other. The weights live until both are disposed of.
    /// </summary>
    /// <param name="inputImageColumnName">
    /// Column with images, file paths or pixel vectors. Other sizes are cropped around the centre and resized, as in training.
    /// </param>
    /// <param name="strength">
    /// Diffusion time from which on the image is generated anew, above 0 (hardly changed) to 1 (nothing left of it). About this share of
    /// <see cref="SamplingOptions.Steps"/> is done.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The name is empty or the strength out of range.</exception>
    /// <exception cref="ObjectDisposedException">This transformer has been disposed of.</exception>
    public SimpleDiffusionTransformer ForImageToImage(string inputImageColumnName, float strength)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(inputImageColumnName);
        return With(options =>
        {
            (options.InputImageColumnName, options.MaskColumnName) = (inputImageColumnName, null);
            options.Sampling.Strength = strength;
        });
    }

    /// <summary>
    /// A transformer that keeps the black part of a mask and generates the white part anew, and shares this one's weights. Kept pixels come out as they
    /// are. Saved and loaded like any other. The weights live until both are disposed of.
    /// </summary>
    /// <param name="inputImageColumnName">
    /// Column with images, file paths or pixel vectors. Other sizes are cropped around the centre and resized, as in training.
    /// </param>
    /// <param name="maskColumnName">
    /// Column with masks: images, file paths or pixel vectors with one channel, cropped and resized alike. Pixels from 128 up are generated.
    /// </param>
    /// <param name="strength">How much of the white part is generated anew: 1 (default) from noise alone; lower keeps some of what is there.</param>
    /// <exception cref="ArgumentOutOfRangeException">A name is empty or the strength out of range.</exception>
    /// <exception cref="ObjectDisposedException">This transformer has been disposed of.</exception>
    public SimpleDiffusionTransformer ForInpainting(string inputImageColumnName, string maskColumnName, float strength = 1)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(inputImageColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(maskColumnName);
        return With(options =>
        {
            (options.InputImageColumnName, options.MaskColumnName) = (inputImageColumnName, maskColumnName);
            options.Sampling.Strength = strength;
        });
    }

    /// <summary>
    /// A transformer in which guidance leads away from what a column says, row by row, and which shares this one's weights: the negative prompt takes the
    /// place of the unconditional prediction. Rows whose negative prompt is empty are guided as usual. Saved and loaded like any other. The weights live until
    /// both are disposed of.
    /// </summary>
    /// <param name="negativePromptColumnName">
    /// Column of the condition column's type: text, embeddings, or classes. It has no effect while <see cref="SamplingOptions.GuidanceScale"/> is 1.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The model is unconditional.</exception>
    /// <exception cref="ObjectDisposedException">This transformer has been disposed of.</exception>
    public SimpleDiffusionTransformer WithNegativePrompts(string negativePromptColumnName)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(negativePromptColumnName);
        return With(options => options.NegativePromptColumnName = negativePromptColumnName);
    }

    /// <summary>
    /// A transformer that takes each row's seed from a column, and shares this one's weights: the same number gives the same image, whatever else is asked for.
    /// Saved and loaded like any other. The weights live until both are disposed of.
    /// </summary>
    /// <param name="seedColumnName">Column of whole numbers, as <see cref="SimpleDiffusionOptions.SeedColumnName"/>.</param>
    /// <exception cref="ObjectDisposedException">This transformer has been disposed of.</exception>
    public SimpleDiffusionTransformer WithSeedColumn(string seedColumnName)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(seedColumnName);
        return With(options => options.SeedColumnName = seedColumnName);
    }

    /// <summary>
    /// Generates one image, for a web server or a form. Safe to call from several threads; they take turns. Needs no data view, and leaves columns for seeds,
    /// portraits and negative prompts aside.
    /// </summary>
    /// <param name="condition">Label or caption; null (default) for an image of nothing in particular.</param>
    /// <param name="seed">The same number gives the same image, taken for <see cref="SamplingOptions.Seed"/>. Null (default): another image at each call.</param>
    /// <param name="cancellationToken">Ends the generation between two evaluations of the network; so does <see cref="SamplingOptions.CancellationToken"/>.</param>
    /// <returns>The bytes of a PNG file.</returns>
    /// <exception cref="ArgumentException">The model knows no such class, or knows neither classes nor captions.</exception>
    /// <exception cref="InvalidOperationException">The transformer starts from images, or the model reads embeddings: that needs <see cref="Transform"/>.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">This transformer has been disposed of.</exception>
    public byte[] GeneratePng(string? condition = null, int? seed = null, CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        return TextGeneration.Image(_configuration, condition, seed ?? Random.Shared.Next(), Generator(cancellationToken), _warnings);
    }

    /// <summary>Generates images and writes them as one PNG file, in rows and columns with a small gap. Small images are enlarged by a whole factor.</summary>
    /// <param name="path">The file. It is there as a whole or not at all. Its folder is created if needed.</param>
    /// <param name="conditions">Labels or captions, a row for each; null in it for nothing in particular. Null (default): <see cref="Labels"/>, or nothing in particular.</param>
    /// <param name="columns">Images in a row, 1 or more. Default: 8.</param>
    /// <param name="rows">Rows; conditions come again if there are fewer. Null (default): one for each condition, or 4 without any.</param>
    /// <param name="seed">The same number gives the same images, which all differ. Null (default): that of the sampling options, or another at each call with <see cref="SamplingOptions.FreshSeeds"/>, as in <see cref="Transform"/>.</param>
    /// <param name="cancellationToken">Ends the generation between two evaluations of the network; so does <see cref="SamplingOptions.CancellationToken"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There would be no images, or more pixels than can be drawn (2^28).</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <inheritdoc cref="GeneratePng" path="/exception"/>
    public void GenerateGrid(
        string path, IReadOnlyList<string?>? conditions = null, int columns = 8, int? rows = null, int? seed = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ThrowIfDisposed();
        TextGeneration.WriteGrid(path, TextGeneration.Grid(_configuration, conditions, columns, rows, seed, _warnings), Generator(cancellationToken));
    }

    /// <summary>
    /// A transformer that computes elsewhere or otherwise, with weights of its own: for a model that <c>mlContext.Model.Load</c> has put on the best device at
    /// hand. What is chosen belongs to the machine and is not saved.
    /// </summary>
    /// <param name="compute">
    /// Device, its index, precision and threads. Automatic precision is that of the training where the device can. Threads and TensorFloat-32 apply to the whole process.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="InvalidOperationException">There is no such device, or it cannot compute in the precision.</exception>
    /// <exception cref="ObjectDisposedException">This transformer has been disposed of.</exception>
    public SimpleDiffusionTransformer WithCompute(ComputeOptions compute)
    {
        ArgumentNullException.ThrowIfNull(compute);
        OptionsValidator.ValidateCompute(compute);
        ThrowIfDisposed();
        return new SimpleDiffusionTransformer(_environment, MLEnvironment.Warn(_environment, warn => Model.CopyTo(compute, warn)), Options);
    }

    /// <summary>Writes the model as config.json and model.safetensors; docs/weights.md names every key.</summary>
    /// <param name="directory">Folder, created if needed. A model that is there already is replaced only when the new one is complete.</param>
    /// <param name="precision">Of the weights in the file; <see cref="WeightPrecision.Float16"/> halves it. Default: as they are.</param>
    /// <exception cref="IOException">The folder cannot be written to, or the disk is full.</exception>
    /// <exception cref="ObjectDisposedException">This transformer has been disposed of.</exception>
    public void SaveAsSafetensors(string directory, WeightPrecision precision = WeightPrecision.Float32)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        ThrowIfDisposed();
        ModelDirectory.Save(directory, _configuration, (stream, metadata) => Model.WriteWeights(stream, metadata, precision));
    }

    /// <summary>Reads what <see cref="SaveAsSafetensors"/> wrote.</summary>
    /// <param name="context">The context.</param>
    /// <param name="directory">Folder with config.json and model.safetensors.</param>
    /// <param name="compute">Where and how to compute, as in <see cref="WithCompute"/>. Null (default): the GPU if there is one, in the precision of the training.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="InvalidOperationException">There is no such device, or it cannot compute in the precision.</exception>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="FormatException">A file is damaged, or the two do not belong together.</exception>
    public static SimpleDiffusionTransformer LoadFromSafetensors(MLContext context, string directory, ComputeOptions? compute = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        OptionsValidator.ValidateCompute(compute ?? new ComputeOptions());
        var model = MLEnvironment.Warn(context, warn => TrainedModel.Open(directory, warn, compute));
        return new SimpleDiffusionTransformer(context, new TorchGenerator(model));
    }

    /// <summary>The input's columns and the generated ones.</summary>
    /// <param name="inputSchema">Columns of the input.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column that generation needs is missing or of the wrong type.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return ColumnsFor(inputSchema).Schema;
    }

    /// <summary>The input with a column of generated images. Lazy: images are generated in batches as they are read.</summary>
    /// <param name="input">The rows to generate for.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column that generation needs is missing or of the wrong type.</exception>
    /// <exception cref="ObjectDisposedException">This transformer has been disposed of.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ThrowIfDisposed();
        return new BatchedDataView<GenerationRequest, GeneratedColumns.GeneratedImage>(input, ColumnsFor(input.Schema));
    }

    /// <inheritdoc/>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        ThrowIfDisposed();
        return new BatchedRowMapper<GenerationRequest, GeneratedColumns.GeneratedImage>(ColumnsFor(inputSchema));
    }

    /// <summary>Gives up the weights. They are freed when the last transformer that shares them is disposed of.</summary>
    public void Dispose()
    {
        if (!Interlocked.Exchange(ref _disposed, true))
        {
            Model.Dispose();
        }
    }

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ThrowIfDisposed();
        ModelIO.Save(ctx, _configuration, Model);
    }

    private SimpleDiffusionTransformer With(Action<SimpleDiffusionOptions> change)
    {
        ThrowIfDisposed();
        var options = Options;
        change(options);
        OptionsValidator.ValidateGeneration(options, _configuration.Condition, _configuration.Distillation);
        if (UntrainedGuidance.Find(options) is string warning && UntrainedGuidance.Find(_configuration.Options) is null)
        {
            MLEnvironment.Warn(_environment, warning);
        }

        return new SimpleDiffusionTransformer(_environment, Model.Share(), options);
    }

    private GeneratedColumns ColumnsFor(DataViewSchema inputSchema)
        => new(inputSchema, _configuration, Generator(CancellationToken.None), _warnings);

    private Func<IReadOnlyList<GenerationRequest>, byte[][]> Generator(CancellationToken cancellationToken) => requests =>
    {
        ThrowIfDisposed();
        var sampling = _configuration.Options.Sampling;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, sampling.CancellationToken);
        return Model.Generate(requests, sampling, either.Token);
    };

    private void ThrowIfDisposed() => Disposed.ThrowIf(_disposed, "image generator", this);
}
