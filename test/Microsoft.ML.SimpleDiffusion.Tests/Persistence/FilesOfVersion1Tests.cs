using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Tests.Persistence;

/// <summary>Files of each kind that an earlier version wrote, kept for ever: they must load, and generate what they generated then.</summary>
[TestClass]
public class FilesOfVersion1Tests
{
    private static readonly string Fixtures = Path.Combine(AppContext.BaseDirectory, "Persistence", "Fixtures", "Version1");

    private readonly CapturedLog _log = new();

    [TestMethod]
    [DataRow("class")]
    [DataRow("captions")]
    public void Model_zip_generates_what_it_generated(string name)
    {
        using var model = (SimpleDiffusionTransformer)_log.Context.Model.Load(Path.Combine(Fixtures, name + ".zip"), out _);

        AssertPictures(model, name);
    }

    [TestMethod]
    public void Model_folder_generates_what_it_generated()
    {
        using var model = SimpleDiffusionTransformer.LoadFromSafetensors(_log.Context, Path.Combine(Fixtures, "class"));

        AssertPictures(model, "class");
        Assert.AreEqual(60, model.TrainedSteps);
        Assert.HasCount(4, model.History.Evaluations);
    }

    [TestMethod]
    public void Run_goes_on_from_its_checkpoint_and_its_best_weights()
    {
        using var folder = new TemporaryFolder();
        var options = RunOptions(folder);

        // Its norms had one channel in a group, which is not the default any more.
        options.Network.ChannelsPerGroup = 1;
        using var model = _log.Context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_log.Context), TinyData.View(_log.Context, 9));

        Assert.HasCount(1, _log.With("Going on from step 30"));
        Assert.IsEmpty(_log.With("are not there any more"));
        CollectionAssert.AreEqual(new long[] { 0, 20, 40, 60 }, model.History.Evaluations.Select(evaluation => evaluation.Step).ToArray());
        AssertPictures(model, "class");
    }

    [TestMethod]
    public void Run_whose_options_leave_the_norms_to_the_default_is_told_what_they_were()
    {
        using var folder = new TemporaryFolder();

        var error = Assert.ThrowsExactly<InvalidOperationException>(
            () => _log.Context.Transforms.SimpleDiffusion(RunOptions(folder)).Fit(TinyData.View(_log.Context), TinyData.View(_log.Context, 9)));

        StringAssert.Contains(error.Message, "options.network.channelsPerGroup is 1 there and 4 here");
    }

    /// <summary>The options of the run whose checkpoints are copied into a folder.</summary>
    private static SimpleDiffusionOptions RunOptions(TemporaryFolder folder)
    {
        foreach (string file in Directory.GetFiles(Path.Combine(Fixtures, "run")))
        {
            File.Copy(file, folder.File(Path.GetFileName(file)));
        }

        var options = TinyData.Options(steps: 60);
        (options.OutputPixelsColumnName, options.Training.EmaDecay) = ("Pixels", 0.9);
        (options.Training.CheckpointDirectory, options.Training.EvaluateEverySteps, options.Training.KeepBest) = (folder.Path, 20, true);
        return options;
    }

    /// <summary>Within two levels of 255, since other processors round otherwise.</summary>
    private void AssertPictures(SimpleDiffusionTransformer model, string name)
    {
        var requests = _log.Context.Data.LoadFromEnumerable(TinyData.Labels.Select(label => new Request { Label = label }));
        var generated = model.Transform(requests);
        byte[] actual = [.. generated.GetColumn<float[]>("Pixels").SelectMany(pixels => pixels).Select(pixel => (byte)pixel)];
        byte[] expected = File.ReadAllBytes(Path.Combine(Fixtures, name + ".pixels"));

        Assert.HasCount(expected.Length, actual);
        Assert.IsLessThanOrEqualTo(2, expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max());
    }
}
