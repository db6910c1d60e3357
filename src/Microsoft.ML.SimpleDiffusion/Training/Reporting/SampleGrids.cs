using System.Globalization;
using Microsoft.ML.SimpleDiffusion.Generation;
using Microsoft.ML.SimpleDiffusion.Imaging;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.Randomness;

namespace Microsoft.ML.SimpleDiffusion.Training.Reporting;

/// <summary>Generates the same grid of pictures again and again as a run goes on, from the moving average of the weights.</summary>
internal sealed class SampleGrids
{
    private const int Columns = 8;
    private const int MaxClasses = 10;
    private const int UnconditionalRows = 4;

    private readonly AverageModel _average;
    private readonly string _directory;
    private readonly GenerationRequest[] _requests;

    /// <param name="configuration">The run's, with nothing left open.</param>
    /// <param name="average">The model that generates. Owned by the caller.</param>
    /// <param name="checkpointDirectory">Folder in whose subfolder 'samples' the grids go.</param>
    public SampleGrids(ModelConfiguration configuration, AverageModel average, string checkpointDirectory)
    {
        _directory = Directory.CreateDirectory(Path.Combine(checkpointDirectory, "samples")).FullName;
        _requests = Requests(configuration);
        _average = average;
    }

    /// <summary>Writes the grid of a step: a row per class, up to 10, or four rows without classes.</summary>
    /// <param name="state">Where the training stands.</param>
    /// <param name="cancellationToken">Checked before each network evaluation.</param>
    /// <returns>Path of the PNG file.</returns>
    public string Write(TrainingState state, CancellationToken cancellationToken)
    {
        var model = _average.Of(state);
        var options = model.Configuration.Options;
        var images = _requests.Chunk(options.Sampling.BatchSize)
            .SelectMany(batch => model.Generate(batch, options.Sampling, cancellationToken))
            .ToArray();
        byte[] png = ImageGrid.ToPng(images, ImageSize.Of(options), Columns);
        string path = Path.Combine(_directory, $"step-{state.Step.ToString("D8", CultureInfo.InvariantCulture)}.png");
        AtomicFile.Write(path, stream => stream.Write(png));
        return path;
    }

    /// <summary>Each picture has a seed of its own, the same in every grid.</summary>
    private static GenerationRequest[] Requests(ModelConfiguration configuration)
    {
        int classes = configuration.Condition.ClassCount;
        int rows = classes == 0 ? UnconditionalRows : Math.Min(classes, MaxClasses);
        ulong seed = (uint)configuration.Options.Sampling.Seed;
        return Enumerable.Range(0, rows * Columns)
            .Select(i => new GenerationRequest(classes == 0 ? 0 : i / Columns, StatelessRandom.Bits(seed, RandomPurpose.RowSeed, (ulong)i, 0)))
            .ToArray();
    }
}
