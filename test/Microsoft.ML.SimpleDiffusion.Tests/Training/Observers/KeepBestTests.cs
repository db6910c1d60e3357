using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Tests.Training.Observers;

/// <summary>Keeping the best, stopping early, pausing, and resuming in the midst of it.</summary>
[TestClass]
public class KeepBestTests
{
    /// <summary>Value of the metric at each step; lower is better, so that step 3 is the best.</summary>
    private static readonly double[] Values = [9, 8, double.NaN, 2, 5, 4, 3, 6, 7];

    private readonly MLContext _context = new(1);

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Model_is_the_best_of_those_evaluated(bool hasFolder)
    {
        using var folder = new TemporaryFolder();
        var options = Options(steps: 6, hasFolder ? folder : null);

        using var best = Fit(options);

        Assert.AreEqual(3, best.TrainedSteps);
        CollectionAssert.AreEqual(new long[] { 0, 1, 2, 3, 4, 5, 6 }, best.History.Evaluations.Select(evaluation => evaluation.Step).ToArray());
        CollectionAssert.AreEqual(new long[] { 0, 1, 3 }, best.History.Evaluations.Where(evaluation => evaluation.IsBest).Select(evaluation => evaluation.Step).ToArray());
        Assert.HasCount(6, best.History.Losses);
        CollectionAssert.AreEqual(WeightsAfter(3), WeightBytes.Of(best));
        Assert.AreEqual(hasFolder, File.Exists(folder.File("best.safetensors")));
    }

    [TestMethod]
    public void Model_whose_metric_was_never_finite_is_the_last()
    {
        var options = Options(steps: 2, folder: null);
        options.Training.Metrics = [new FakeMetric(_ => double.NaN)];

        using var model = Fit(options);

        Assert.AreEqual(2, model.TrainedSteps);
    }

    [TestMethod]
    public void Run_ends_when_it_has_not_become_better_for_too_long_and_does_so_again_when_started_again()
    {
        using var folder = new TemporaryFolder();
        var log = new CapturedLog();
        var options = Options(steps: 8, folder);
        (options.Training.KeepBest, options.Training.EarlyStoppingPatience) = (false, 2);

        using var model = Fit(options);
        using var again = Fit(options, log.Context);

        Assert.AreEqual(5, model.TrainedSteps);
        Assert.AreEqual(5, model.History.Evaluations[^1].Step);
        CollectionAssert.AreEqual(WeightBytes.Of(model), WeightBytes.Of(again));
        Assert.IsEmpty(log.With("Evaluation at step"));

        options.Training.EarlyStoppingPatience = 4;
        using var patient = Fit(options, log.Context);
        Assert.AreEqual(7, patient.TrainedSteps);
        StringAssert.Contains(log.With("Training ends at step 7 of 8").Single(), "Fake has not become better in 4 evaluations");
    }

    [TestMethod]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(4)]
    public void Resumed_run_decides_as_an_uninterrupted_one(int pause)
    {
        using var folder = new TemporaryFolder();
        using var untouched = new TemporaryFolder();
        var half = Options(steps: 8, folder);
        half.Training.StopAtStep = pause;
        var whole = Options(steps: 8, folder);
        var uninterrupted = Options(steps: 8, untouched);
        foreach (var options in new[] { half, whole, uninterrupted })
        {
            options.Training.EarlyStoppingPatience = 4;
        }

        Fit(half).Dispose();
        using var resumed = Fit(whole);
        using var expected = Fit(uninterrupted);

        Assert.AreEqual(3, resumed.TrainedSteps);
        AssertSame(expected, resumed);
    }

    [TestMethod]
    [DataRow(2)]
    [DataRow(3)]
    public void Pause_changes_nothing_of_what_follows(int pause)
    {
        using var folder = new TemporaryFolder();
        var half = Options(steps: 6, folder);
        (half.Training.StopAtStep, half.Training.EvaluateEverySteps, half.Training.LearningRateDecay) = (pause, 2, LearningRateDecay.Cosine);
        var whole = Options(steps: 6, folder);
        (whole.Training.EvaluateEverySteps, whole.Training.LearningRateDecay) = (2, LearningRateDecay.Cosine);
        var uninterrupted = Options(steps: 6, folder: null);
        (uninterrupted.Training.EvaluateEverySteps, uninterrupted.Training.LearningRateDecay) = (2, LearningRateDecay.Cosine);

        using var paused = Fit(half);
        using var resumed = Fit(whole);
        using var expected = Fit(uninterrupted);

        // The model of a pause is evaluated, though the run itself would not have been there.
        Assert.AreEqual(pause, paused.History.Evaluations[^1].Step);
        Assert.AreEqual(pause == 3 ? 3 : 0, paused.TrainedSteps);
        AssertSame(expected, resumed);
    }

    [TestMethod]
    public void Run_without_validation_pauses_and_goes_on_bit_for_bit()
    {
        using var folder = new TemporaryFolder();
        var options = TinyData.Options(steps: 6);
        options.Training.CheckpointDirectory = folder.Path;
        options.Training.LearningRateDecay = LearningRateDecay.Cosine;
        var reports = new Reports();
        options.Training.Progress = reports;
        var whole = options.Clone();
        options.Training.StopAtStep = 2;
        var uninterrupted = whole.Clone();
        uninterrupted.Training.CheckpointDirectory = null;

        using var paused = _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context));
        var last = reports.All[^1];
        using var resumed = _context.Transforms.SimpleDiffusion(whole).Fit(TinyData.View(_context));
        using var expected = _context.Transforms.SimpleDiffusion(uninterrupted).Fit(TinyData.View(_context));

        Assert.AreEqual(2, paused.TrainedSteps);
        Assert.AreEqual((2, 6, TimeSpan.Zero), (last.Step, last.TotalSteps, last.TimeRemaining));
        AssertSame(expected, resumed);
    }

    [TestMethod]
    public void Best_weights_that_are_lost_are_sought_anew_and_the_log_says_so()
    {
        using var folder = new TemporaryFolder();
        var half = Options(steps: 8, folder);
        half.Training.StopAtStep = 4;
        Fit(half).Dispose();
        byte[] bytes = File.ReadAllBytes(folder.File("best.safetensors"));
        bytes[^1] ^= 1;
        File.WriteAllBytes(folder.File("best.safetensors"), bytes);
        var log = new CapturedLog();

        using var model = Fit(Options(steps: 8, folder), log.Context);

        Assert.AreEqual(6, model.TrainedSteps);
        CollectionAssert.AreEqual(WeightsAfter(6, of: 8), WeightBytes.Of(model));
        StringAssert.Contains(log.With("best evaluation, at step 3").Single(), "checksum is wrong");
    }

    [TestMethod]
    public void Run_that_was_killed_after_it_had_found_a_better_one_finds_it_again()
    {
        using var folder = new TemporaryFolder();
        var options = Options(steps: 8, folder);
        options.Training.CheckpointEverySteps = 1;
        options.Training.CheckpointsToKeep = 10;
        using var expected = Fit(options);
        foreach (int step in Enumerable.Range(3, 6))
        {
            File.Delete(folder.File($"checkpoint-0000000{step}.safetensors"));
        }

        using var resumed = Fit(options);

        Assert.AreEqual(3, resumed.TrainedSteps);
        CollectionAssert.AreEqual(WeightBytes.Of(expected), WeightBytes.Of(resumed));
    }

    [TestMethod]
    public void Other_metric_to_go_by_judges_the_evaluations_so_far_anew()
    {
        using var folder = new TemporaryFolder();
        var half = Options(steps: 4, folder);
        half.Training.KeepBest = false;
        half.Training.StopAtStep = 3;
        half.Training.Metrics = [.. half.Training.Metrics, new FakeMetric(step => step, "Other") { HigherIsBetter = true }];
        Fit(half).Dispose();
        half.Training.MonitoredMetric = "Other";
        half.Training.StopAtStep = null;

        using var model = Fit(half);

        Assert.IsTrue(model.History.Evaluations.All(evaluation => evaluation.IsBest));
    }

    [TestMethod]
    public void Run_that_starts_anew_keeps_the_best_of_the_one_before_out_of_the_way()
    {
        using var folder = new TemporaryFolder();
        Fit(Options(steps: 2, folder)).Dispose();
        var anew = Options(steps: 1, folder);
        anew.Training.ResumeFromCheckpoint = false;
        anew.Training.KeepBest = false;

        Fit(anew).Dispose();

        Assert.IsTrue(File.Exists(folder.File("set-aside/best.safetensors")));
        Assert.IsFalse(File.Exists(folder.File("best.safetensors")));
    }

    private static SimpleDiffusionOptions Options(int steps, TemporaryFolder? folder)
    {
        var options = TinyData.Options(steps);
        var training = options.Training;
        training.WarmupSteps = 1;
        training.EvaluateEverySteps = 1;
        training.Metrics = [new FakeMetric(step => Values[step])];
        training.MonitoredMetric = "Fake";
        training.KeepBest = true;
        training.CheckpointDirectory = folder?.Path;
        return options;
    }

    private static void AssertSame(SimpleDiffusionTransformer expected, SimpleDiffusionTransformer actual)
    {
        Assert.AreEqual(expected.TrainedSteps, actual.TrainedSteps);
        CollectionAssert.AreEqual(WeightBytes.Of(expected), WeightBytes.Of(actual));
        CollectionAssert.AreEqual(LossPoints.Of(expected.History.Losses), LossPoints.Of(actual.History.Losses));
        CollectionAssert.AreEqual(Lines(expected), Lines(actual));

        static string[] Lines(SimpleDiffusionTransformer model)
            => [.. model.History.Evaluations.Select(evaluation => $"{evaluation.Step} {evaluation.IsBest} {string.Join(' ', evaluation.Metrics)}")];
    }

    private byte[] WeightsAfter(int steps, int of = 6)
    {
        var options = TinyData.Options(of);
        options.Training.WarmupSteps = 1;
        options.Training.StopAtStep = steps;
        using var model = _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context));
        return WeightBytes.Of(model);
    }

    private SimpleDiffusionTransformer Fit(SimpleDiffusionOptions options, MLContext? context = null)
        => (context ?? _context).Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context), TinyData.View(_context, 3));
}
