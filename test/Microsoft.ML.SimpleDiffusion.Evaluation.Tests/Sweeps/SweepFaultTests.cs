using Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Sweeps;

/// <summary>Every operation on the files of a sweep fails once, in turn, and once the power goes before it. The sweep goes on to the result that it would have had.</summary>
[TestClass]
public sealed class SweepFaultTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MLContext _context = new(1);

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Sweep_goes_on_and_what_had_ended_stays(bool cutsPower)
    {
        string folder = _folder.File("sweep"), record = Path.Combine(folder, "trial-0000", "rung-0.json");
        string expected = Sweeper.Execute(_context, Options(_folder.File("expected")), Trainer()).ToMarkdown();
        byte[] ended = [];

        int tried = FaultyDisk.TryEach(
            cutsPower,
            () => FaultyDisk.Reset(folder, () =>
            {
                Assert.ThrowsExactly<IOException>(() => Sweeper.Execute(_context, Options(folder), Trainer(breaksOffAt: 2)));
                ended = File.ReadAllBytes(record);
            }),
            () => Sweeper.Execute(_context, Options(folder), Trainer()),
            fault =>
            {
                CollectionAssert.AreEqual(ended, File.ReadAllBytes(record), fault);
                Assert.AreEqual(WithoutSeconds(expected), WithoutSeconds(Sweeper.Execute(_context, Options(folder), Trainer()).ToMarkdown()), fault);
            });

        Assert.IsGreaterThan(15, tried);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Sweep_begins_anew_where_its_definition_could_not_be_written(bool cutsPower)
    {
        string folder = _folder.File("new");

        int tried = FaultyDisk.TryEach(
            cutsPower,
            () => FaultyDisk.Reset(folder, () => { }),
            () => Open(folder),
            fault => Assert.AreEqual(Open(folder).Id, Open(folder).Id, fault));

        Assert.IsGreaterThan(5, tried);
    }

    /// <summary>A checkpoint that the system does not give is no failure of the trial: that would be recorded for good.</summary>
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    public void Checkpoint_that_cannot_be_read_ends_the_sweep_which_goes_on_to_the_same_best_model(int failsFrom)
    {
        string folder = _folder.File("trained");
        using var expected = Train(_folder.File("expected")).LoadBest();
        int opened = 0;
        FileFaults.Hook = (operation, path) =>
        {
            if (operation == FileOperation.Open && path.EndsWith("checkpoint-00000001.safetensors", StringComparison.Ordinal) && ++opened >= failsFrom)
            {
                throw new IOException("Input/output error");
            }
        };
        try
        {
            Assert.IsInstanceOfType<IOException>(Assert.ThrowsExactly<InvalidOperationException>(() => Train(folder)).InnerException);
        }
        finally
        {
            FileFaults.Hook = null;
        }

        var result = Train(folder);

        Assert.IsNull(result.Trials.FirstOrDefault(trial => trial.Error is not null)?.Error);
        using var best = result.LoadBest();
        CollectionAssert.AreEqual(WeightBytes.Of(expected), WeightBytes.Of(best));
    }

    private static SweepStore Open(string folder) => SweepStore.Open(folder, SweepDefinition.Create(SweepPlan.Create(Options(folder)), Options(folder)));

    /// <summary>Three trials, of which the last is the best.</summary>
    private static SweepOptions Options(string folder)
    {
        var options = new SweepOptions
        {
            Base = TinyData.Options(steps: 2),
            Strategy = SweepStrategy.Grid,
            Parameters = [SweepParameter.Choice("Training.LearningRate", 2e-3, 1e-3)],
            Metric = new FakeMetric(),
            Directory = folder,
        };
        options.Base.Training.LearningRate = 1;
        return options;
    }

    private static FakeTrainer Trainer(int? breaksOffAt = null)
    {
        int trained = 0;
        return new FakeTrainer(options => trained++ == breaksOffAt ? throw new IOException("no room") : options.Training.LearningRate);
    }

    private static string WithoutSeconds(string table) => string.Join('\n', table.Split('\n').Select(line => line.Contains('|') ? line[..line.TrimEnd(' ', '|').LastIndexOf('|')] : line));

    private SweepResult Train(string folder)
    {
        var options = new SweepOptions
        {
            Base = TinyData.Options(steps: 2),
            Strategy = SweepStrategy.SuccessiveHalving,
            Trials = 2,
            HalvingFactor = 2,
            FirstRungSteps = 1,
            Parameters = ["Training.LearningRate"],
            Directory = folder,
        };
        return _context.ImageGeneration().Sweep(TinyData.View(_context, 6), TinyData.View(_context, 3), options);
    }
}
