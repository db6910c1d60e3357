using System.Runtime.ExceptionServices;
using Microsoft.ML.SimpleDiffusion;
using Microsoft.ML.SimpleDiffusion.Generation;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.Training.Checkpoints;

namespace Microsoft.ML;

/// <summary>Adds to <c>mlContext.Model</c> what keeps models safe.</summary>
public static class SimpleDiffusionModelCatalog
{
    /// <summary>
    /// Saves a model as <see cref="ModelOperationsCatalog.Save(ITransformer, DataViewSchema, string)"/> does, but as a whole or not at all: until the new file is
    /// complete and on the disk, the old one stays, whatever happens to the process.
    /// </summary>
    /// <param name="catalog">The catalog, <c>mlContext.Model</c>.</param>
    /// <param name="model">The model.</param>
    /// <param name="inputSchema">Columns of its input, or null.</param>
    /// <param name="filePath">The file, such as model.zip.</param>
    /// <exception cref="IOException">The file cannot be written, or the disk is full. What was there is still there.</exception>
    public static void SaveAtomically(this ModelOperationsCatalog catalog, ITransformer model, DataViewSchema? inputSchema, string filePath)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrWhiteSpace(filePath);

        // ML.NET's zip writer goes back and forth, which a file can and any other stream may not.
        Files.Write(filePath, stream => catalog.Save(model, inputSchema, stream));
    }

    /// <summary>
    /// Loads a model as <see cref="ModelOperationsCatalog.Load(string, out DataViewSchema)"/> does, after a look at what it would unpack to: ML.NET writes all of
    /// it to the temporary folder before any component sees it, so that a file of a megabyte can fill a disk. What a component says is wrong comes as it was said,
    /// where <c>Load</c> puts it inside an "Error during class instantiation".
    /// </summary>
    /// <param name="catalog">The catalog, <c>mlContext.Model</c>.</param>
    /// <param name="filePath">The file.</param>
    /// <param name="inputSchema">Columns of its input.</param>
    /// <param name="maxUnpackedBytes">Most bytes that it may unpack to. Null (default): twenty times its length and 256 MB more.</param>
    /// <param name="compute">Where and how image generators in it compute, as in <see cref="SimpleDiffusionTransformer.WithCompute"/>. Null (default): on the GPU if there is one.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="FormatException">The file is damaged, no model, or would unpack to too much.</exception>
    /// <exception cref="InvalidOperationException">A component cannot be loaded here: libtorch or ONNX Runtime is missing.</exception>
    public static ITransformer LoadChecked(this ModelOperationsCatalog catalog, string filePath, out DataViewSchema inputSchema, long? maxUnpackedBytes = null, ComputeOptions? compute = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrWhiteSpace(filePath);
        OptionsValidator.ValidateCompute(compute ?? new ComputeOptions());
        ModelZip.Check(filePath, maxUnpackedBytes);
        using var scope = ModelIO.ComputeWith(compute);
        try
        {
            return catalog.Load(filePath, out inputSchema);
        }
        catch (Exception e) when (LoaderErrors.CauseOf(e) is var cause && cause != e)
        {
            ExceptionDispatchInfo.Throw(cause);
            throw;
        }
    }

    /// <summary>
    /// Makes of a trained model one whose weights are another average of its training, of any width, from the checkpoints that a run with
    /// <see cref="TrainingOptions.PowerFunctionAverages"/> has left (Karras et al. 2024, section 3.2).
    /// </summary>
    /// <param name="catalog">The catalog, <c>mlContext.Model</c>.</param>
    /// <param name="model">The model of the run. It is not changed.</param>
    /// <param name="checkpointDirectory">The run's <see cref="TrainingOptions.CheckpointDirectory"/>.</param>
    /// <param name="relativeWidth">Standard deviation of the steps that count, over all steps: 0.01 to 0.25. Narrow averages follow the last steps, wide ones are smoother.</param>
    /// <returns>A model of its own on the CPU, after the steps of the newest checkpoint. Dispose of it to free its weights.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The width is out of range.</exception>
    /// <exception cref="InvalidOperationException">The folder holds no averages, or a checkpoint is damaged or of another run.</exception>
    /// <exception cref="ObjectDisposedException">The model has been disposed of.</exception>
    public static SimpleDiffusionTransformer SynthesizeAverage(this ModelOperationsCatalog catalog, SimpleDiffusionTransformer model, string checkpointDirectory, double relativeWidth)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrWhiteSpace(checkpointDirectory);
        Require.Range(nameof(relativeWidth), relativeWidth, 0.01, 0.25);
        var environment = MLEnvironment.Of(catalog);
        var averaged = MLEnvironment.Warn(environment, warn => AverageSynthesis.Create(((TorchGenerator)model.Model).Model, checkpointDirectory, relativeWidth, warn));
        return new SimpleDiffusionTransformer(environment, new TorchGenerator(averaged), model.Options);
    }

    /// <summary>Makes averages of several widths, as <see cref="SynthesizeAverage"/> does, and takes the one that a metric finds best.</summary>
    /// <param name="catalog">The catalog, <c>mlContext.Model</c>.</param>
    /// <param name="model">The model of the run. It is not changed.</param>
    /// <param name="checkpointDirectory">The run's <see cref="TrainingOptions.CheckpointDirectory"/>.</param>
    /// <param name="relativeWidths">Widths to try, one or more, 0.01 to 0.25.</param>
    /// <param name="metric">Says which is best.</param>
    /// <param name="validation">Held-out images, as the metric needs them.</param>
    /// <param name="cancellationToken">Stops the measurements.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <inheritdoc cref="SynthesizeAverage" path="/exception"/>
    public static AverageChoice ChooseAverage(
        this ModelOperationsCatalog catalog,
        SimpleDiffusionTransformer model,
        string checkpointDirectory,
        IReadOnlyList<double> relativeWidths,
        IValidationMetric metric,
        IDataView validation,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(relativeWidths);
        ArgumentNullException.ThrowIfNull(metric);
        ArgumentNullException.ThrowIfNull(validation);
        ArgumentOutOfRangeException.ThrowIfZero(relativeWidths.Count, nameof(relativeWidths));
        var values = new Dictionary<double, double>();
        AverageChoice? best = null;
        try
        {
            foreach (double width in relativeWidths.Distinct())
            {
                var candidate = SynthesizeAverage(catalog, model, checkpointDirectory, width);
                try
                {
                    values[width] = metric.Evaluate(candidate, validation, cancellationToken);
                }
                catch
                {
                    candidate.Dispose();
                    throw;
                }

                if (best is not null && !IsBetter(metric, values[width], values[best.RelativeWidth]))
                {
                    candidate.Dispose();
                    continue;
                }

                best?.Model.Dispose();
                best = new AverageChoice(candidate, width, values);
            }

            return best!;
        }
        catch
        {
            best?.Model.Dispose();
            throw;
        }
    }

    private static bool IsBetter(IValidationMetric metric, double value, double than)
        => double.IsFinite(value) && (!double.IsFinite(than) || (metric.HigherIsBetter ? value > than : value < than));
}
