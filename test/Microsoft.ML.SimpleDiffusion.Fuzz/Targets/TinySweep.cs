using Microsoft.ML.SimpleDiffusion.Data;
using Microsoft.ML.SimpleDiffusion.Evaluation;
using Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Training.Checkpoints;

namespace Microsoft.ML.SimpleDiffusion.Fuzz.Targets;

/// <summary>The folder of a sweep of two trials, as a sweep leaves it; the second trial failed.</summary>
internal sealed class TinySweep : IDisposable
{
    private const string Failure = "The loss is not finite.";

    private readonly TemporaryFolder _folder = new();
    private readonly SweepOptions _options;

    public TinySweep()
    {
        _options = new SweepOptions
        {
            Base = TinyData.Options(),
            Strategy = SweepStrategy.Grid,
            Parameters = [SweepParameter.Choice("Training.LearningRate", 1e-3)],
            Directory = _folder.File("sweep"),
        };
        Sweeper.Execute(new MLContext(1), _options, new Trainer());
    }

    /// <summary>The data that the sweep began with.</summary>
    public static RunData Now { get; } = new(new DataDigest(1, "images", "conditions", "rows"), Validation: null);

    public string Data => Path.Combine(_options.Directory, "data.json");

    public string Definition => Path.Combine(_options.Directory, "sweep.json");

    /// <summary>Opens the folder as the sweep does that is begun again.</summary>
    public SweepStore Open() => SweepStore.Open(_options.Directory, SweepDefinition.Create(SweepPlan.Create(_options), _options));

    public string RecordOf(int trial) => Path.Combine(_options.Directory, $"trial-{trial:D4}", "rung-0.json");

    public void Dispose() => _folder.Dispose();

    private sealed class Trainer : ITrialTrainer
    {
        public RunData ReadData(SimpleDiffusionOptions options) => Now;

        public double Train(SimpleDiffusionOptions options, Func<double, string?> chooseModelFolder)
            => options.Training.LearningRate == 1e-3 ? throw new InvalidOperationException(Failure) : 0.25;
    }
}
