using System.Globalization;
using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Conditioning;
using Microsoft.ML.SimpleDiffusion.Generation;
using Microsoft.ML.SimpleDiffusion.Imaging;
using Microsoft.ML.SimpleDiffusion.Networks;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.Randomness;
using Microsoft.ML.SimpleDiffusion.Training.Data;

namespace Microsoft.ML.SimpleDiffusion.Training.Reporting;

/// <summary>
/// Generates the same grid of pictures again and again as a run goes on, from the moving average of the weights. The network is one of its own, so
/// that nothing of the training is touched.
/// </summary>
internal sealed class SampleGrids : IDisposable
{
    private const int Columns = 8;
    private const int MaxRows = 10;
    private const int UnconditionalRows = 4;

    private readonly TrainedModel _model;
    private readonly string _directory;
    private GenerationRequest[] _requests;

    /// <param name="configuration">The run's, with nothing left open.</param>
    /// <param name="target">Where to generate.</param>
    /// <param name="checkpointDirectory">Folder in whose subfolder 'samples' the grids go.</param>
    public SampleGrids(ModelConfiguration configuration, ComputeTarget target, string checkpointDirectory)
    {
        _directory = Directory.CreateDirectory(Path.Combine(checkpointDirectory, "samples")).FullName;
        _model = TrainedModel.Create(configuration, target, fill: _ => { });
        _requests = Requests(KnownConditions(configuration.Condition));
    }

    /// <summary>Takes the rows from the training data, where the model itself does not list what it knows: the first different texts.</summary>
    /// <param name="data">The training data.</param>
    public void ShowTextsOf(ImageDataset data)
    {
        if (data.Condition.Kind is ConditionKind.Text or ConditionKind.Embeddings)
        {
            _requests = Requests(data.FirstConditions(MaxRows));
        }
    }

    /// <summary>Writes the grid of a step: a row per class or text, up to 10, or four rows without any.</summary>
    /// <param name="step">Optimizer steps done.</param>
    /// <param name="copyAverageTo">Copies the moving average of the weights into a network.</param>
    /// <param name="cancellationToken">Checked before each network evaluation.</param>
    /// <returns>Path of the PNG file.</returns>
    public string Write(long step, Action<DenoisingNetwork> copyAverageTo, CancellationToken cancellationToken)
    {
        copyAverageTo(_model.Network);
        var options = _model.Configuration.Options;
        var images = _requests.Chunk(options.Sampling.BatchSize)
            .SelectMany(batch => _model.Generate(batch, options.Sampling, cancellationToken))
            .ToArray();
        byte[] png = ImageGrid.ToPng(images, ImageSize.Of(options), Columns);
        string path = Path.Combine(_directory, $"step-{step.ToString("D8", CultureInfo.InvariantCulture)}.png");
        AtomicFile.Write(path, stream => stream.Write(png));
        return path;
    }

    public void Dispose() => _model.Dispose();

    /// <summary>Each picture has a seed of its own, the same in every grid.</summary>
    private GenerationRequest[] Requests(IReadOnlyList<RowCondition> rows)
    {
        ulong seed = (uint)_model.Configuration.Options.Sampling.Seed;
        return Enumerable.Range(0, rows.Count * Columns)
            .Select(i => new GenerationRequest(rows[i / Columns], StatelessRandom.Bits(seed, RandomPurpose.RowSeed, (ulong)i, 0)))
            .ToArray();
    }

    private static RowCondition[] KnownConditions(ConditionDescription condition) => condition.Kind == ConditionKind.Class
        ? [.. Enumerable.Range(0, Math.Min(condition.ClassCount, MaxRows)).Select(RowCondition.OfClass)]
        : new RowCondition[UnconditionalRows];
}
