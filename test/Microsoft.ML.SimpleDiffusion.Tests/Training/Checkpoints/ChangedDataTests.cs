using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Training.Checkpoints;

namespace Microsoft.ML.SimpleDiffusion.Tests.Training.Checkpoints;

/// <summary>Runs that go on with data that is not what it was.</summary>
[TestClass]
public class ChangedDataTests
{
    private readonly CapturedLog _log = new();
    private readonly TinyRow[] _rows = [.. TinyData.Rows(12)];

    [TestMethod]
    [DataRow("images", "its images are not the same")]
    [DataRow("labels", "its images show something else")]
    [DataRow("both", "neither its images nor what they show are the same")]
    [DataRow("order", "its rows come in another order, and batches go by it")]
    [DataRow("fewer", "it had 12 images and now has 9")]
    public void Run_is_not_gone_on_with_on_other_data(string change, string expected)
    {
        using var folder = new TemporaryFolder();
        Fit(Options(folder, steps: 1), View(_rows));
        TinyRow[] changed = change switch
        {
            "images" => [.. _rows.Select(row => Changed(row, row.Label))],
            "labels" => [.. _rows.Select(row => new TinyRow { Image = row.Image, Label = Next(row.Label) })],
            "both" => [.. _rows.Select(row => Changed(row, Next(row.Label)))],
            "order" => [.. _rows.Reverse()],
            _ => _rows[..9],
        };

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Fit(Options(folder, steps: 2), View(changed)));

        StringAssert.Contains(error.Message, $"The training data is not what the run began with: {expected}. To go on from the checkpoint of step 1 all the same, set Training.ChangedData to Warn");
        Assert.IsTrue(File.Exists(folder.File("checkpoint-00000001.safetensors")));
    }

    [TestMethod]
    public void Run_is_gone_on_with_on_other_data_where_the_option_says_so()
    {
        using var folder = new TemporaryFolder();
        Fit(Options(folder, steps: 1), View(_rows));
        var options = Options(folder, steps: 2);
        options.Training.ChangedData = ChangedDataHandling.Warn;

        Fit(options, View(_rows[..9]));
        options.Training.ChangedData = ChangedDataHandling.Fail;
        options.Training.Steps = 3;
        Fit(options, View(_rows[..9]));

        Assert.HasCount(1, _log.With("it had 12 images and now has 9. The run goes on from step 1 with the data that it now has."));
        Assert.HasCount(1, _log.With("Going on from step 2"));
    }

    [TestMethod]
    public void Captions_are_data_too()
    {
        using var folder = new TemporaryFolder();
        var options = Options(folder, steps: 1);
        Fit(options, _log.Context.Data.LoadFromEnumerable(_rows));
        options.Training.Steps = 2;

        var error = Assert.ThrowsExactly<InvalidOperationException>(
            () => Fit(options, _log.Context.Data.LoadFromEnumerable(_rows.Select(row => new TinyRow { Image = row.Image, Label = row.Label + "!" }))));

        StringAssert.Contains(error.Message, "its images show something else");
    }

    [TestMethod]
    public void Validation_data_is_known_again_too()
    {
        using var folder = new TemporaryFolder();
        var options = Options(folder, steps: 1);
        _log.Context.Transforms.SimpleDiffusion(options).Fit(View(_rows), View(_rows[..3])).Dispose();
        options.Training.Steps = 2;

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => _log.Context.Transforms.SimpleDiffusion(options).Fit(View(_rows), View(_rows[..6])));
        Fit(options, View(_rows));

        StringAssert.Contains(error.Message, "The validation data is not what the run began with, so that its evaluations cannot be compared: it had 3 images and now has 6.");
    }

    [TestMethod]
    public void Model_to_start_from_may_have_been_trained_on_anything()
    {
        using var model = _log.Context.Transforms.SimpleDiffusion(TinyData.Options(steps: 1)).Fit(View(_rows));

        _log.Context.Transforms.SimpleDiffusion(TinyData.Options(steps: 1)).Fit(View(_rows[..6]), model).Dispose();

        Assert.IsEmpty(_log.With("is not what the run began with"));
    }

    [TestMethod]
    public void Run_that_has_nothing_left_to_train_says_so()
    {
        using var folder = new TemporaryFolder();
        Fit(Options(folder, steps: 2), View(_rows));

        Fit(Options(folder, steps: 2), View(_rows));

        Assert.HasCount(1, _log.With($"Nothing was left to train: the run in '{folder.Path}' has done 2 steps, and Training.Steps is 2."));
    }

    [TestMethod]
    public void Run_goes_on_bit_for_bit_with_its_classes_in_another_order()
    {
        using var folder = new TemporaryFolder();
        Fit(Options(folder, steps: 2), View(_rows));
        var uninterrupted = Options(folder, steps: 4);
        uninterrupted.Training.CheckpointDirectory = null;

        using var whole = _log.Context.Transforms.SimpleDiffusion(uninterrupted).Fit(View(_rows));
        using var resumed = _log.Context.Transforms.SimpleDiffusion(Options(folder, steps: 4)).Fit(View(_rows, ["blue", "red", "green"]));

        Assert.HasCount(1, _log.With("Going on from step 2"));
        CollectionAssert.AreEqual(WeightBytes.Of(whole), WeightBytes.Of(resumed));
        CollectionAssert.AreEqual(TinyData.Labels, resumed.Model.Configuration.Condition.ClassLabels.ToArray());
    }

    [TestMethod]
    public void Class_that_the_run_does_not_know_is_refused()
    {
        using var folder = new TemporaryFolder();
        Fit(Options(folder, steps: 1), View(_rows));

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Fit(Options(folder, steps: 2), View(_rows, ["blue", "red", "green", "pink"])));

        StringAssert.Contains(error.Message, "condition.classLabels is");
    }

    [TestMethod]
    [DataRow("null")]
    [DataRow("{}")]
    [DataRow("{\"training\":null}")]
    [DataRow("{\"training\":{\"count\":1}}")]
    [DataRow("[")]
    public void Damaged_description_of_data_is_refused(string json)
        => StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => RunData.Parse(json)).Message, "What it says of its data is damaged");

    private static SimpleDiffusionOptions Options(TemporaryFolder folder, int steps)
    {
        var options = TinyData.Options(steps);
        options.Training.WarmupSteps = 1;
        options.Training.CheckpointDirectory = folder.Path;
        return options;
    }

    private static TinyRow Changed(TinyRow row, string label) => new() { Image = [.. row.Image.Select(value => (byte)(value ^ 1))], Label = label };

    private static string Next(string label) => TinyData.Labels[(Array.IndexOf(TinyData.Labels, label) + 1) % 3];

    private void Fit(SimpleDiffusionOptions options, IDataView data) => _log.Context.Transforms.SimpleDiffusion(options).Fit(data).Dispose();

    private IDataView View(IEnumerable<TinyRow> rows, string[]? order = null) => TinyData.Keyed(_log.Context, rows, order ?? TinyData.Labels);
}
