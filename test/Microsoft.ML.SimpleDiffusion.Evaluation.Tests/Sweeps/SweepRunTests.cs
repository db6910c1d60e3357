using Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Sweeps;

/// <summary>Sweeps whose trainings are faked: which are done, in which order, and what is left of them.</summary>
[TestClass]
public class SweepRunTests
{
    private static readonly double[] Rates = [1e-3, 2e-3, 4e-3, 8e-3, 16e-3, 32e-3, 64e-3, 128e-3];

    [TestMethod]
    public void Best_trial_is_that_with_the_lowest_metric_or_the_highest_where_that_is_better()
    {
        using var folder = new TemporaryFolder();
        var options = Grid(folder);
        Assert.AreEqual(1e-3, Sweep(options, ByRate).BestOptions.Training.LearningRate);

        options = Grid(folder);
        options.Directory = folder.File("other");
        options.Metric = new FakeMetric { HigherIsBetter = true };
        var result = Sweep(options, ByRate);

        Assert.AreEqual(128e-3, result.BestOptions.Training.LearningRate);
        Assert.AreEqual(128e-3, result.Best.Metric);
        Assert.AreEqual(27, result.Best.Steps);
        CollectionAssert.AreEqual(Rates.Append(3e-3).OrderDescending().ToArray(), result.Ranking.Select(trial => trial.Metric!.Value).ToArray());
    }

    [TestMethod]
    public void Halving_keeps_the_best_and_takes_the_default_along()
    {
        using var folder = new TemporaryFolder();
        var options = Halving(folder);
        options.Base.Training.LearningRate = 1;
        var trainer = new FakeTrainer(ByRate);

        var result = Sweep(options, trainer);

        // Nine trials, then three and the default, then one and the default.
        CollectionAssert.AreEqual(new int?[] { 3, 9, 27 }, trainer.Trained.Select(trained => trained.Training.StopAtStep).Distinct().ToArray());
        CollectionAssert.AreEqual(new[] { 9, 4, 2 }, trainer.Trained.CountBy(trained => trained.Training.StopAtStep!.Value).Select(count => count.Value).ToArray());
        CollectionAssert.AreEquivalent(new[] { 1, 1e-3, 2e-3, 4e-3 }, RatesAt(trainer, 9));
        CollectionAssert.AreEquivalent(new[] { 1, 1e-3 }, RatesAt(trainer, 27));
        Assert.IsTrue(trainer.Trained.TrueForAll(trained => trained.Training.Steps == 27));
        Assert.AreEqual(1e-3, result.BestOptions.Training.LearningRate);
        Assert.AreEqual(SweepTrialState.Completed, result.Default.State);
        Assert.AreEqual(1.0, result.Default.Metric);
        Assert.HasCount(3, result.Best.Measurements);
        Assert.AreEqual(7, result.Trials.Count(trial => trial.State == SweepTrialState.Stopped));
    }

    [TestMethod]
    public void Failed_trials_are_recorded_and_skipped()
    {
        using var folder = new TemporaryFolder();
        var result = Sweep(Halving(folder), options => options.Training.LearningRate switch
        {
            1e-3 => throw new InvalidOperationException("Training has diverged."),
            2e-3 => double.NaN,
            4e-3 => throw new NotSupportedException("There is no such operator."),
            double rate => rate,
        });

        CollectionAssert.AreEqual(
            new[] { "Training has diverged.", "The metric is NaN.", "There is no such operator." },
            result.Trials.Where(trial => trial.State == SweepTrialState.Failed).OrderBy(trial => trial.Parameters.Values.Single()).Select(trial => trial.Error).ToArray());
        Assert.AreEqual(0, result.Best.Number);
        StringAssert.Contains(result.ToMarkdown(), "failed: Training has diverged.");
    }

    [TestMethod]
    public void Trial_that_fails_at_a_later_rung_comes_last()
    {
        using var folder = new TemporaryFolder();
        var result = Sweep(Halving(folder), options => options.Training is { LearningRate: 1e-3, StopAtStep: 9 } ? double.PositiveInfinity : options.Training.LearningRate);

        Assert.AreEqual(2e-3, result.BestOptions.Training.LearningRate);
        Assert.AreEqual("The metric is Infinity.", result.Ranking[^1].Error);
        Assert.HasCount(1, result.Ranking[^1].Measurements);
    }

    [TestMethod]
    public void Sweep_of_failures_says_what_happened_to_the_default()
    {
        using var folder = new TemporaryFolder();

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Sweep(Grid(folder), _ => throw new InvalidOperationException("The data has no rows.")));

        Assert.AreEqual("All 9 trials of the sweep failed. The default: The data has no rows.", error.Message);
    }

    [TestMethod]
    public void Full_disk_ends_the_sweep_and_is_no_failure_of_the_trial()
    {
        using var folder = new TemporaryFolder();
        var options = Grid(folder);
        bool isFull = true;

        Assert.ThrowsExactly<InvalidOperationException>(() => Sweep(options, Train));
        isFull = false;

        Assert.IsTrue(Sweep(options, Train).Trials.All(trial => trial.State == SweepTrialState.Completed));

        double Train(SimpleDiffusionOptions trial)
            => isFull ? throw new InvalidOperationException("The checkpoint cannot be written.", new IOException("No space left on device")) : ByRate(trial);
    }

    [TestMethod]
    public void Interrupted_sweep_goes_on_where_it_was()
    {
        using var folder = new TemporaryFolder();
        using var uninterruptedFolder = new TemporaryFolder();
        var (trainer, uninterruptedTrainer) = (new FakeTrainer(ByRate), new FakeTrainer(ByRate));
        var uninterrupted = Sweep(Halving(uninterruptedFolder), uninterruptedTrainer);

        // Stopped before every training there is, it does each of them once.
        for (int interruption = 0; interruption < 20; interruption++)
        {
            using var source = new CancellationTokenSource();
            var options = Halving(folder);
            options.CancellationToken = source.Token;
            options.Progress = new Callback<SweepProgress>(_ => source.Cancel());
            try
            {
                Sweep(options, trainer);
            }
            catch (OperationCanceledException)
            {
            }
        }

        var result = Sweep(Halving(folder), trainer);
        Assert.HasCount(uninterruptedTrainer.Trained.Count, trainer.Trained);
        CollectionAssert.AreEqual(
            uninterrupted.Ranking.Select(trial => (trial.Number, trial.Metric)).ToArray(), result.Ranking.Select(trial => (trial.Number, trial.Metric)).ToArray());
    }

    [TestMethod]
    public void Cancellation_during_a_training_is_no_failure()
    {
        using var folder = new TemporaryFolder();

        Assert.ThrowsExactly<OperationCanceledException>(() => Sweep(Grid(folder), _ => throw new OperationCanceledException()));

        Assert.IsTrue(Sweep(Grid(folder), ByRate).Trials.All(trial => trial.State == SweepTrialState.Completed));
    }

    [TestMethod]
    public void Progress_counts_trainings_to_the_end()
    {
        using var folder = new TemporaryFolder();
        var reports = new List<SweepProgress>();
        var options = Halving(folder);
        options.Base.Training.LearningRate = 1;
        options.Progress = new Callback<SweepProgress>(reports.Add);

        Sweep(options, ByRate);

        CollectionAssert.AreEqual(Enumerable.Range(1, 15).ToArray(), reports.Select(report => report.FinishedTrainings).ToArray());
        Assert.IsTrue(reports.TrueForAll(report => report.TotalTrainings == 15));
        Assert.AreEqual(1.0, reports[0].Best!.Metric);
        Assert.AreEqual(1e-3, reports[^1].Best!.Metric);
        Assert.AreEqual(27, reports[^1].Best!.Steps);
    }

    [TestMethod]
    public void Handlers_that_throw_cost_a_warning_and_no_sweep()
    {
        using var folder = new TemporaryFolder();
        var log = new CapturedLog();
        log.Context.Log += (_, _) => throw new InvalidCastException("a mistake of the application");
        var options = Grid(folder);
        options.Progress = new Callback<SweepProgress>(_ => throw new FormatException("no such column"));

        var result = Sweeper.Execute(log.Context, options, new FakeTrainer(ByRate));

        Assert.IsTrue(result.Trials.All(trial => trial.State == SweepTrialState.Completed));
        Assert.HasCount(1, log.With("The sweep goes on, but the handler in SweepOptions.Progress failed: no such column"));
    }

    [TestMethod]
    public void Only_the_best_model_and_no_checkpoint_is_left()
    {
        using var folder = new TemporaryFolder();
        var result = Sweep(Halving(folder), ByRate);

        CollectionAssert.AreEqual(new[] { $"trial-{result.Best.Number:D4}/model" }, Folders(folder, "model"));
        Assert.IsEmpty(Folders(folder, "checkpoints"));
    }

    [TestMethod]
    public void All_models_and_checkpoints_are_kept_if_asked_for()
    {
        using var folder = new TemporaryFolder();
        var options = Grid(folder);
        options.KeepAllTrials = true;

        Sweep(options, ByRate);

        Assert.HasCount(9, Folders(folder, "model"));
        Assert.HasCount(9, Folders(folder, "checkpoints"));
    }

    [TestMethod]
    public void Checkpoints_of_stopped_trials_go_as_soon_as_the_rung_is_over()
    {
        using var folder = new TemporaryFolder();
        var counts = new List<int>();

        Sweep(Halving(folder), options =>
        {
            counts.Add(Folders(folder, "checkpoints").Length);
            return ByRate(options);
        });

        Assert.AreEqual(9, counts[8]);
        Assert.IsLessThanOrEqualTo(4, counts[9]);
    }

    [TestMethod]
    public void Folder_of_another_sweep_is_refused_with_the_difference()
    {
        using var folder = new TemporaryFolder();
        Sweep(Grid(folder), ByRate);

        foreach (var (change, difference) in new (Action<SweepOptions>, string)[]
        {
            (o => o.Base.Training.BatchSize = 3, "base.training.batchSize is 8 there and 3 here"),
            (o => o.Steps = 28, "rungSteps is [27] there and [28] here"),
            (o => o.Metric = new FakeMetric { Name = "Other" }, "metric is \"Distance\" there and \"Other\" here"),
            (o => o.Parameters = ["Training.AdamBeta2"], "trials is "),
        })
        {
            var options = Grid(folder);
            change(options);
            var error = Assert.ThrowsExactly<InvalidOperationException>(() => Sweep(options, ByRate));
            StringAssert.Contains(error.Message, "belongs to another sweep: " + difference);
        }
    }

    [TestMethod]
    public void Other_threads_and_processes_are_no_other_sweep()
    {
        using var folder = new TemporaryFolder();
        Sweep(Grid(folder), ByRate);
        var options = Grid(folder);
        options.ParallelProcesses = 4;
        options.Base.Compute.Threads = 7;

        Assert.HasCount(9, Sweep(options, _ => throw new InvalidOperationException("Nothing is left to do.")).Trials);
    }

    [TestMethod]
    public void Damaged_and_unusable_files_are_named()
    {
        using var folder = new TemporaryFolder();
        Sweep(Grid(folder), ByRate);
        string record = folder.File("sweep/trial-0002/rung-0.json");
        File.WriteAllText(record, File.ReadAllText(record)[..40]);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => Sweep(Grid(folder), ByRate)).Message, record);

        File.Delete(record);
        var trainer = new FakeTrainer(ByRate);
        Sweep(Grid(folder), trainer);
        Assert.HasCount(1, trainer.Trained);

        File.WriteAllText(folder.File("file"), string.Empty);
        var options = Grid(folder);
        options.Directory = folder.File("file");
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => Sweep(options, ByRate)).Message, "cannot be used");
    }

    [TestMethod]
    public void Trial_that_another_process_holds_is_left_to_it()
    {
        using var folder = new TemporaryFolder();
        var options = Grid(folder);
        string lockFile = folder.File("sweep/trial-0003/trial.lock");
        Directory.CreateDirectory(Path.GetDirectoryName(lockFile)!);
        var held = RunLock.TryTake(lockFile)!;
        Assert.IsNull(RunLock.TryTake(lockFile));
        var order = new List<double>();

        // When all but one are done, the other process dies, and what it held is done here.
        Sweep(options, trained =>
        {
            order.Add(trained.Training.LearningRate);
            if (order.Count == 8)
            {
                held.Dispose();
            }

            return ByRate(trained);
        });

        Assert.HasCount(9, order);
        Assert.AreEqual(4e-3, order[8]);
    }

    [TestMethod]
    public void Trials_have_folders_of_their_own_and_threads_are_shared_between_processes()
    {
        using var folder = new TemporaryFolder();
        var options = Grid(folder);
        options.Base.Compute.Threads = null;
        options.Base.Training.TensorBoardDirectory = "reports";
        var trainer = new FakeTrainer(ByRate);

        Sweep(options, trainer);

        Assert.AreEqual(9, trainer.Trained.Select(trained => trained.Training.CheckpointDirectory).Distinct().Count());
        Assert.AreEqual(Path.Combine("reports", "trial-0008"), trainer.Trained[8].Training.TensorBoardDirectory);
        Assert.IsNull(trainer.Trained[8].Compute.Threads);
        Assert.AreEqual(1, WorkerProcesses.ThreadsEach(Environment.ProcessorCount));
        Assert.AreEqual(1, WorkerProcesses.ThreadsEach(1000));
    }

    private static double ByRate(SimpleDiffusionOptions options) => options.Training.LearningRate;

    private static SweepOptions Grid(TemporaryFolder folder) => new()
    {
        Base = TinyData.Options(),
        Strategy = SweepStrategy.Grid,
        Parameters = [SweepParameter.Choice("Training.LearningRate", [.. Rates])],
        Metric = new FakeMetric(),
        Steps = 27,
        Directory = folder.File("sweep"),
    };

    /// <summary>The rates of the grid and the default, as draws.</summary>
    private static SweepOptions Halving(TemporaryFolder folder)
    {
        var options = Grid(folder);
        options.Strategy = SweepStrategy.SuccessiveHalving;
        options.Trials = 9;
        return options;
    }

    private static SweepResult Sweep(SweepOptions options, Func<SimpleDiffusionOptions, double> metric) => Sweep(options, new FakeTrainer(metric));

    private static SweepResult Sweep(SweepOptions options, FakeTrainer trainer) => Sweeper.Execute(new MLContext(1), options, trainer);

    private static double[] RatesAt(FakeTrainer trainer, int steps)
        => [.. trainer.Trained.Where(trained => trained.Training.StopAtStep == steps).Select(trained => trained.Training.LearningRate)];

    private static string[] Folders(TemporaryFolder folder, string name)
        => [.. Directory.GetDirectories(folder.File("sweep"), name, SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder.File("sweep"), path).Replace('\\', '/'))];

    private sealed class Callback<T>(Action<T> action) : IProgress<T>
    {
        public void Report(T value) => action(value);
    }
}
