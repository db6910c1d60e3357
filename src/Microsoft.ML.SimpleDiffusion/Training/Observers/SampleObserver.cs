using System.Globalization;
using Microsoft.ML.SimpleDiffusion.Data;
using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.Generation;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.Training.State;

namespace Microsoft.ML.SimpleDiffusion.Training.Observers;

/// <summary>Generates the same grid of images again and again as a run goes on, from the moving average of the weights.</summary>
internal sealed class SampleGrids
{
    private const int Columns = 8;
    private const int MaxRows = 10;

    private readonly string _directory;
    private readonly SimpleDiffusionOptions _options;
    private GenerationGrid _grid;

    /// <param name="configuration">The run's, with nothing left open.</param>
    /// <param name="checkpointDirectory">Folder in whose subfolder 'samples' the grids go.</param>
    public SampleGrids(ModelConfiguration configuration, string checkpointDirectory)
    {
        _directory = Directory.CreateDirectory(Path.Combine(checkpointDirectory, "samples")).FullName;
        _options = configuration.Options;
        _grid = Grid(KnownConditions(configuration.Condition));
    }

    /// <summary>Takes the rows from the training data, where the model itself does not list what it knows: the first different texts.</summary>
    /// <param name="data">The training data.</param>
    public void ShowTextsOf(ImageDataset data)
    {
        if (data.Condition.Kind is ConditionKind.Text or ConditionKind.Embeddings)
        {
            _grid = Grid(data.FirstConditions(MaxRows));
        }
    }

    /// <summary>Writes the grid of a run's step, whose network wears the moving average: a row per class or text, up to 10, or four rows without any.</summary>
    /// <param name="run">The run.</param>
    /// <returns>Path of the PNG file.</returns>
    public string Write(TrainingRun run)
    {
        var options = run.Options;
        run.Model.Network.eval();
        byte[] png = _grid.ToPng(batch => TorchGenerator.Generate(run.Model, run.Configuration, batch, options.Sampling, options.Training.CancellationToken));
        string path = Path.Combine(_directory, $"step-{run.State.Step.ToString("D8", CultureInfo.InvariantCulture)}.png");
        Files.Write(path, stream => stream.Write(png));
        return path;
    }

    /// <summary>Each image has a seed of its own, the same in every grid.</summary>
    private GenerationGrid Grid(IReadOnlyList<RowCondition> rows) => new(rows, Columns, _options, _options.Sampling.Seed);

    private static RowCondition[] KnownConditions(ConditionDescription condition) => condition.Kind == ConditionKind.Class
        ? [.. Enumerable.Range(0, Math.Min(condition.ClassCount, MaxRows)).Select(RowCondition.OfClass)]
        : new RowCondition[GenerationGrid.UnconditionalRows];
}

/// <summary>Generates a grid of samples at chosen steps, on the first rank.</summary>
/// <param name="run">The run.</param>
/// <param name="samples">The grids; null on other ranks.</param>
/// <param name="reports">Where they go.</param>
internal sealed class SampleObserver(TrainingRun run, SampleGrids? samples, RunReports reports) : IStepObserver
{
    /// <inheritdoc/>
    public bool IsDue(long step) => step % run.Options.Training.SampleEverySteps == 0;

    /// <inheritdoc/>
    public void AfterStep(long step, IReadOnlyList<StepResult> results)
    {
        if (IsDue(step))
        {
            using var average = run.State.WearEma();
            run.State.Ranks.OnFirst(() => reports.WriteSamples(step, () => samples!.Write(run)));
        }
    }
}
