using System.Text.Json.Nodes;
using Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Sweeps;

/// <summary>Sweeps that go on with other data, or that an earlier version began.</summary>
[TestClass]
public sealed class SweepDataTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CapturedLog _log = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Sweep_on_other_data_is_refused_as_a_whole_or_goes_on_where_the_option_says_so()
    {
        Assert.ThrowsExactly<OperationCanceledException>(() => Train(24, 6, breaksOff: true));
        string[] before = Records();

        string training = Assert.ThrowsExactly<InvalidOperationException>(() => Train(12, 6)).Message;
        string validation = Assert.ThrowsExactly<InvalidOperationException>(() => Train(24, 3)).Message;
        string[] after = Records();
        Train(12, 6, ChangedDataHandling.Warn);

        const string Advice = "To go on all the same, set Base.Training.ChangedData to Warn; to start anew, use another Directory.";
        Assert.AreEqual($"The training data is not what the sweep began with: it had 24 images and now has 12. {Advice}", training);
        Assert.AreEqual($"The validation data is not what the sweep began with, so that its evaluations cannot be compared: it had 6 images and now has 3. {Advice}", validation);
        Assert.HasCount(1, before);
        CollectionAssert.AreEqual(before, after);
        Assert.HasCount(1, _log.With("now has 12. The sweep goes on with the data that it now has."));
        Assert.HasCount(3, Records());
    }

    [TestMethod]
    public void Sweep_on_the_same_data_goes_on_and_one_that_is_over_reads_none()
    {
        Assert.ThrowsExactly<IOException>(() => Sweep(Trainer(breaksOffAt: 1)));
        var trainer = Trainer();
        var over = Trainer();

        Sweep(trainer);
        Sweep(over);

        Assert.HasCount(2, trainer.Trained);
        Assert.AreEqual((1, 0), (trainer.Readings, over.Readings));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("null")]
    [DataRow("{}")]
    [DataRow("{\"training\":")]
    public void Damaged_description_of_the_data_is_named(string text)
    {
        Assert.ThrowsExactly<IOException>(() => Sweep(Trainer(breaksOffAt: 1)));
        File.WriteAllText(_folder.File("sweep/data.json"), text);

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Sweep(Trainer()));

        Assert.StartsWith($"The file '{_folder.File("sweep/data.json")}' of the sweep is damaged: ", error.Message);
    }

    [TestMethod]
    public void Sweep_of_a_version_that_knew_fewer_options_and_no_data_goes_on()
    {
        BeginWithout("training.drawNoiseOnDevice", "training.changedData", "sampling.thresholding");
        var trainer = Trainer();

        Sweep(trainer);

        Assert.HasCount(2, trainer.Trained);
        Assert.IsTrue(File.Exists(_folder.File("sweep/data.json")));
    }

    [TestMethod]
    public void Option_that_the_version_before_did_not_know_is_a_difference_where_it_is_not_its_default()
    {
        BeginWithout("training.drawNoiseOnDevice");

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Sweep(Trainer(), options => options.Base.Training.DrawNoiseOnDevice = true));

        StringAssert.Contains(error.Message, "belongs to another sweep: base.training.drawNoiseOnDevice is false there and true here.");
    }

    /// <summary>Leaves a folder with one record, as a version without some options and without knowledge of the data does.</summary>
    private void BeginWithout(params string[] options)
    {
        Assert.ThrowsExactly<IOException>(() => Sweep(Trainer(breaksOffAt: 0)));
        string path = _folder.File("sweep/sweep.json");
        var definition = JsonNode.Parse(File.ReadAllText(path))!;
        foreach (string[] names in options.Select(option => option.Split('.')))
        {
            Assert.IsTrue(definition["base"]![names[0]]!.AsObject().Remove(names[1]), names[1]);
        }

        File.WriteAllText(path, definition.ToJsonString());
        Assert.ThrowsExactly<IOException>(() => Sweep(Trainer(breaksOffAt: 1)));
        File.Delete(_folder.File("sweep/data.json"));
        Assert.HasCount(1, Records());
    }

    private string[] Records() => [.. Directory.GetFiles(_folder.File("sweep"), "rung-0.json", SearchOption.AllDirectories).Order()];

    private void Sweep(FakeTrainer trainer, Action<SweepOptions>? change = null)
    {
        var options = Options();
        options.Metric = new FakeMetric();
        change?.Invoke(options);
        Sweeper.Execute(new MLContext(1), options, trainer);
    }

    private void Train(int training, int validation, ChangedDataHandling handling = ChangedDataHandling.Fail, bool breaksOff = false)
    {
        using var cancellation = new CancellationTokenSource();
        var options = Options();
        options.Base.Training.ChangedData = handling;
        options.CancellationToken = cancellation.Token;
        options.Progress = breaksOff ? new Cancelling(cancellation) : null;
        _log.Context.ImageGeneration().Sweep(TinyData.View(_log.Context, training), TinyData.View(_log.Context, validation), options);
    }

    private SweepOptions Options() => new()
    {
        Base = TinyData.Options(steps: 1),
        Strategy = SweepStrategy.Grid,
        Parameters = [SweepParameter.Choice("Training.LearningRate", 1e-3, 2e-3)],
        Directory = _folder.File("sweep"),
    };

    private static FakeTrainer Trainer(int? breaksOffAt = null)
    {
        int trained = 0;
        return new FakeTrainer(options => trained++ == breaksOffAt ? throw new IOException("no room") : options.Training.LearningRate);
    }

    private sealed class Cancelling(CancellationTokenSource source) : IProgress<SweepProgress>
    {
        public void Report(SweepProgress value) => source.Cancel();
    }
}
