using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.SimpleDiffusion;
using Microsoft.ML.SimpleDiffusion.Evaluation;
using QuickStart;
using static System.FormattableString;

namespace SweepSample;

/// <summary>Splits the pictures, trains the classifier that measures, sweeps, and trains the best again with other seeds.</summary>
internal sealed class SweepExample(Settings settings, CancellationToken cancellationToken)
{
    /// <summary>One picture in so many of each class is held out.</summary>
    private const int HeldOutShare = 5;

    private readonly MLContext _context = new(seed: 1);

    public void Run()
    {
        settings.Output.Create();
        var (training, validation) = Load();
        using var metric = _context.ImageGeneration().TrainClassifierDistance(training, validation, new ClassifierDistanceOptions
        {
            ImageColumnName = nameof(ImageExample.ImagePath),
            LabelColumnName = nameof(ImageExample.Label),
            ImageSize = settings.Size,
            MaxImages = settings.Pictures,

            // The same for every trial, and quick.
            Sampling = new SamplingOptions { Sampler = SamplerType.DpmSolverPlusPlus2M, Steps = 12, BatchSize = 64 },

            // In every process the same, down to rounding.
            Compute = new ComputeOptions { Threads = settings.Threads ?? Math.Max(1, Environment.ProcessorCount / settings.Processes) },
            CancellationToken = cancellationToken,
        });
        Log(metric.ToString());

        var result = Sweep("sweep", settings.ToOptions(), training, validation, metric, options =>
        {
            options.Strategy = SweepStrategy.SuccessiveHalving;
            options.Trials = settings.Trials;

            // After a ninth of the steps, where halving would begin, all models are still as far off as noise.
            options.FirstRungSteps = Math.Max(1, settings.Steps / options.HalvingFactor);
            options.Parameters =
            [
                SweepParameter.Range("Training.LearningRate", 1e-3, 1e-2, log: true),
                SweepParameter.Choice("Training.LearningRateDecay", LearningRateDecay.Constant, LearningRateDecay.Cosine),
                SweepParameter.Range("Diffusion.NoiseResolution", settings.Size / 4, settings.Size),
                "Training.AdamBeta2",
            ];
        });
        var seeds = new SeedComparison(settings, (folder, options, configure) => Sweep(folder, options, training, validation, metric, configure)).Train(result);
        string report = SweepReport.Write(settings, metric, result, seeds);
        File.WriteAllText(Path.Combine(settings.Output.FullName, "sweep.md"), report);
        Console.Write(report);
    }

    private SweepResult Sweep(string folder, SimpleDiffusionOptions start, IDataView training, IDataView validation, IValidationMetric metric, Action<SweepOptions> configure)
    {
        var options = new SweepOptions
        {
            Base = start,
            Metric = metric,
            Directory = Path.Combine(settings.Output.FullName, folder),
            ParallelProcesses = settings.Processes,
            Progress = new LogLines(),
            CancellationToken = cancellationToken,
        };
        configure(options);
        return _context.ImageGeneration().Sweep(training, validation, options);
    }

    private (IDataView Training, IDataView Validation) Load()
    {
        string folder = settings.Images?.FullName ?? ShapeDataSet.Draw(Path.Combine(settings.Output.FullName, "shapes"));
        var examples = ImageFolder.Read(folder);
        var all = _context.Data.LoadFromEnumerable(examples);
        var keys = _context.Transforms.Conversion.MapValueToKey(nameof(ImageExample.Label)).Fit(all);
        var isHeldOut = examples.GroupBy(example => example.Label).SelectMany(group => group.Where((_, i) => i % HeldOutShare == 0)).ToHashSet();
        return (View(examples.Where(example => !isHeldOut.Contains(example))), View(examples.Where(isHeldOut.Contains)));

        IDataView View(IEnumerable<ImageExample> part) => keys.Transform(_context.Data.LoadFromEnumerable(part));
    }

    private static void Log(string message) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{DateTime.Now:HH:mm:ss} {message}"));

    /// <summary>A line for each training.</summary>
    private sealed class LogLines : IProgress<SweepProgress>
    {
        public void Report(SweepProgress value) => Log(Invariant(
            $"{value.FinishedTrainings} of {value.TotalTrainings}: trial {value.Trial.Number}, {(value.Trial.Error is string error ? error : Invariant($"{value.Trial.Metric:G4} after {value.Trial.Steps} steps"))}; best so far: trial {value.Best?.Number}"));
    }
}
