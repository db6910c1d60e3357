using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;
using Tensorboard;

namespace Microsoft.ML.SimpleDiffusion.Tests.Training.Observers;

[TestClass]
public class ValidationTests
{
    private readonly MLContext _context = new(1);

    [TestMethod]
    public void Validation_loss_of_a_network_that_predicts_zero_has_a_closed_form()
    {
        var options = Options(steps: 1);
        (options.Diffusion.Schedule, options.Diffusion.Loss) = (ScheduleType.Cosine, LossType.V);

        using var model = Fit(options, TinyData.View(_context, 600));

        // The loss of v = 0 is the mean square of v = alpha eps - sigma x, which is alpha² + sigma² x²; both sine and cosine of the cosine schedule's
        // angle are 1/2 squared on average over the times, and nearly so within its limits.
        double power = TinyData.Rows(600).Average(row => row.Image.Average(value => Math.Pow((value / 127.5) - 1, 2)));
        var evaluation = model.History.Evaluations[0];
        Assert.AreEqual(0, evaluation.Step);
        Assert.AreEqual((1 + power) / 2, evaluation.Metrics[TrainingOptions.ValidationLossName], 0.01);
    }

    [TestMethod]
    public void Run_is_evaluated_before_the_first_step_every_so_many_and_at_the_last()
    {
        var metric = new FakeMetric(step => step);
        var options = Options(steps: 5, every: 2, metric);
        var reports = new Reports();
        options.Training.Progress = reports;
        var log = new CapturedLog();

        using var model = log.Context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context), TinyData.View(_context, 6));

        CollectionAssert.AreEqual(new long[] { 0, 2, 4, 5 }, metric.Steps);
        CollectionAssert.AreEqual(metric.Steps, Steps(model));
        CollectionAssert.IsSubsetOf(new[] { 0, 2, 4, 5 }, reports.All.Select(report => report.Step).ToArray());
        Assert.IsTrue(reports.All.Where(report => report.Step != 3).All(report => report.Evaluation!.Step == (report.Step == 1 ? 0 : report.Step)));
        Assert.HasCount(4, log.With("Evaluation at step"));
        StringAssert.Contains(log.With("Evaluation at step 4")[0], "Fake 4");
    }

    [TestMethod]
    public void Without_a_number_ten_evaluations_follow_the_first()
    {
        var options = Options(steps: 20);
        options.Training.EvaluateEverySteps = null;

        using var model = Fit(options);

        CollectionAssert.AreEqual(Enumerable.Range(0, 11).Select(i => 2L * i).ToArray(), Steps(model));
    }

    [TestMethod]
    [DataRow(0f, false)]
    [DataRow(0.1f, true)]
    public void Validation_changes_no_bit_of_the_model(float dropout, bool keepBest)
    {
        var options = Options(steps: 4, every: 1, new FakeMetric(step => step) { HigherIsBetter = true, With = Generate });
        options.Network.Dropout = dropout;
        (options.Training.KeepBest, options.Training.MonitoredMetric) = (keepBest, "Fake");
        var plain = TinyData.Options(steps: 4);
        plain.Network.Dropout = dropout;

        using var validated = Fit(options);
        using var expected = _context.Transforms.SimpleDiffusion(plain).Fit(TinyData.View(_context));

        CollectionAssert.AreEqual(WeightBytes.Of(expected), WeightBytes.Of(validated));
    }

    [TestMethod]
    public void Validation_loss_is_the_same_for_every_batch_size_and_for_conditions_as_text()
    {
        var other = Options(steps: 2);
        other.Sampling.BatchSize = 5;

        using var one = Fit(Options(steps: 2), TinyData.View(_context, 12));
        using var two = Fit(other, _context.Data.LoadFromEnumerable(TinyData.Rows(12)));

        foreach (var (left, right) in one.History.Evaluations.Zip(two.History.Evaluations))
        {
            Assert.AreEqual(left.Metrics[TrainingOptions.ValidationLossName], right.Metrics[TrainingOptions.ValidationLossName], 1e-6);
        }
    }

    [TestMethod]
    public void Metric_may_dispose_of_its_model_and_keep_it_no_longer()
    {
        SimpleDiffusionTransformer? kept = null;
        var metric = new FakeMetric(_ => 0)
        {
            With = (model, view) =>
            {
                Assert.HasCount(6, view.GetColumn<string>(view.Schema["Text"]).ToArray());
                Assert.AreEqual(model.TrainedSteps == 0 ? 0 : 1, model.History.Evaluations.Count);
                (kept = model).Dispose();
            },
        };
        var rows = _context.Transforms.CopyColumns("Text", "Label").Fit(_context.Data.LoadFromEnumerable(TinyData.Rows(6))).Transform(_context.Data.LoadFromEnumerable(TinyData.Rows(6)));

        using var model = Fit(Options(steps: 1, every: 1, metric), rows);

        Assert.HasCount(2, metric.Steps);
        Assert.ThrowsExactly<ObjectDisposedException>(() => kept!.Transform(TinyData.View(_context)));
        Generate(model, TinyData.View(_context));
    }

    [TestMethod]
    public void History_is_stored_with_the_model_and_a_warm_start_begins_a_new_one()
    {
        using var folder = new TemporaryFolder();
        using var model = Fit(Options(steps: 3, every: 1, new FakeMetric(step => step == 1 ? double.NaN : step)));
        model.SaveAsSafetensors(folder.Path);
        _context.Model.Save(model, null, folder.File("model.zip"));

        using var fromFolder = SimpleDiffusionTransformer.LoadFromSafetensors(_context, folder.Path);
        using var fromZip = (SimpleDiffusionTransformer)_context.Model.Load(folder.File("model.zip"), out _);
        using var warm = _context.Transforms.SimpleDiffusion(Options(steps: 1)).Fit(TinyData.View(_context), TinyData.View(_context, 6), model);

        Assert.HasCount(3, model.History.Losses);
        foreach (var loaded in new[] { fromFolder, fromZip })
        {
            CollectionAssert.AreEqual(LossPoints.Of(model.History.Losses), LossPoints.Of(loaded.History.Losses));
            CollectionAssert.AreEqual(Values(model, "Fake"), Values(loaded, "Fake"));
            CollectionAssert.AreEqual(Values(model, TrainingOptions.ValidationLossName), Values(loaded, TrainingOptions.ValidationLossName));
            Assert.AreEqual(3, loaded.TrainedSteps);
        }

        CollectionAssert.AreEqual(new long[] { 0, 1 }, Steps(warm));
        Assert.HasCount(1, warm.History.Losses);
        Assert.AreEqual(
            model.History.Evaluations[^1].Metrics[TrainingOptions.ValidationLossName], warm.History.Evaluations[0].Metrics[TrainingOptions.ValidationLossName], 0.5);
    }

    [TestMethod]
    public void Tensorboard_has_a_curve_for_each_metric()
    {
        using var folder = new TemporaryFolder();
        var options = Options(steps: 2, every: 1, new FakeMetric(step => 10 * step));
        options.Training.TensorBoardDirectory = folder.Path;

        using var model = Fit(options);

        var events = EventFile.Read(Directory.GetFiles(folder.Path).Single());
        CollectionAssert.AreEqual(new[] { (0L, 0f), (1, 10), (2, 20) }, Curve(events, "validation/Fake"));
        CollectionAssert.AreEqual(
            Values(model, TrainingOptions.ValidationLossName).Select((value, step) => ((long)step, (float)value)).ToArray(), Curve(events, "validation/ValidationLoss"));
    }

    [TestMethod]
    public void Missing_or_wrong_validation_column_is_named_before_anything_is_read()
    {
        var view = TinyData.View(_context);
        var withoutLabel = _context.Transforms.DropColumns("Label").Fit(view).Transform(view);
        var withoutImage = _context.Transforms.DropColumns("Image").Fit(view).Transform(view);
        var otherLabel = _context.Transforms.CopyColumns("Label", "Seed").Fit(view).Transform(view);
        var otherImage = _context.Transforms.CopyColumns("Image", "Seed").Fit(view).Transform(view);

        StringAssert.Contains(Throws(withoutLabel), "Could not find validation condition column 'Label'");
        StringAssert.Contains(Throws(withoutImage), "Could not find validation image column 'Image'");
        StringAssert.Contains(Throws(otherLabel), "Schema mismatch for validation condition column 'Label': expected key or text");
        StringAssert.Contains(Throws(otherImage), "Schema mismatch for validation image column 'Image'");

        string Throws(IDataView validation)
        {
            var unread = TinyData.View(_context, atTheEnd: () => Assert.Fail("The data was read."));
            return Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _context.Transforms.SimpleDiffusion(Options(steps: 1)).Fit(unread, validation)).Message;
        }
    }

    [TestMethod]
    public void Validation_data_that_cannot_be_used_is_named_as_such()
    {
        var unknown = _context.Data.LoadFromEnumerable(TinyData.Rows(1).Select(row => new TinyRow { Image = row.Image, Label = "violet" }));
        var empty = _context.Data.LoadFromEnumerable(TinyData.Rows(0));

        StringAssert.StartsWith(Throws(unknown), "The validation data cannot be used. Row 0 of column 'Label' asks for the class 'violet'");
        StringAssert.StartsWith(Throws(empty), "The validation data cannot be used. The validation data has no rows.");

        string Throws(IDataView validation) => Assert.ThrowsExactly<InvalidOperationException>(() => Fit(Options(steps: 1), validation)).Message;
    }

    public static IEnumerable<object[]> NeedsValidation =>
    [
        ["Training.KeepBest", (TrainingOptions o) => { o.KeepBest = true; }],
        ["Training.EarlyStoppingPatience", (TrainingOptions o) => { o.EarlyStoppingPatience = 1; }],
        ["Training.Metrics", (TrainingOptions o) => { o.Metrics = [new FakeMetric(_ => 0)]; }],
        ["Training.EvaluateEverySteps", (TrainingOptions o) => { o.EvaluateEverySteps = 1; }],
    ];

    [TestMethod]
    [DynamicData(nameof(NeedsValidation))]
    public void Option_that_needs_validation_data_is_refused_without(string option, Action<TrainingOptions> change)
    {
        var options = TinyData.Options();
        change(options.Training);

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context, atTheEnd: () => Assert.Fail("The data was read."))));

        Assert.AreEqual(option, error.ParamName);
        StringAssert.Contains(error.Message, "unless Fit is given validation data");
    }

    [TestMethod]
    public void Metric_that_fails_is_named_and_what_was_learnt_is_saved()
    {
        using var folder = new TemporaryFolder();
        var options = Options(steps: 4, every: 2, new FakeMetric(step => step < 2 ? 0 : throw new NotSupportedException("no such thing")));
        options.Training.CheckpointDirectory = folder.Path;
        options.Training.CheckpointEverySteps = 100;

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Fit(options));

        Assert.AreEqual($"The metric 'Fake' failed at step 2: no such thing. What was learnt up to step 2 is saved in '{folder.Path}', and the same run goes on from there.", error.Message);
        Assert.IsInstanceOfType<NotSupportedException>(error.InnerException);
        Assert.IsTrue(File.Exists(folder.File("checkpoint-00000002.safetensors")));
    }

    [TestMethod]
    public void Metric_that_fails_where_nothing_can_be_saved_costs_its_value_and_a_warning()
    {
        var log = new CapturedLog();
        var options = Options(steps: 3, every: 1, new FakeMetric(step => step == 2 ? throw new NotSupportedException("no such thing.") : step));
        options.Training.KeepBest = true;

        using var model = log.Context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context), TinyData.View(_context, 6));

        Assert.HasCount(1, log.With("The metric 'Fake' failed at step 2: no such thing. The run goes on without its value, because without Training.CheckpointDirectory all that was learnt would be lost."));
        CollectionAssert.AreEqual(new[] { 0, 1, double.NaN, 3 }, Values(model, "Fake"));
        Assert.IsTrue(Values(model, TrainingOptions.ValidationLossName).All(double.IsFinite));
    }

    [TestMethod]
    [DataRow(2, true, null, "What was learnt is lost, because Training.KeepBest or Training.EarlyStoppingPatience goes by this metric and Training.CheckpointDirectory is not set.")]
    [DataRow(2, false, 2, "What was learnt is lost, because Training.KeepBest or Training.EarlyStoppingPatience goes by this metric and Training.CheckpointDirectory is not set.")]
    [DataRow(0, false, null, "Nothing had been learnt yet.")]
    public void Metric_that_fails_ends_the_run_where_the_model_hangs_on_it_or_nothing_is_lost(int failsAt, bool keepBest, int? patience, string expected)
    {
        var options = Options(steps: 3, every: 1, new FakeMetric(step => step == failsAt ? throw new NotSupportedException("no such thing") : step));
        (options.Training.MonitoredMetric, options.Training.KeepBest, options.Training.EarlyStoppingPatience) = ("Fake", keepBest, patience);

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Fit(options));

        Assert.AreEqual($"The metric 'Fake' failed at step {failsAt}: no such thing. {expected}", error.Message);
    }

    [TestMethod]
    public void Cancellation_in_a_metric_is_a_cancellation()
    {
        using var folder = new TemporaryFolder();
        using var source = new CancellationTokenSource();
        var metric = new FakeMetric(_ => 0) { With = (model, _) => { if (model.TrainedSteps == 2) { source.Cancel(); source.Token.ThrowIfCancellationRequested(); } } };
        var options = Options(steps: 4, every: 2, metric);
        options.Training.CheckpointDirectory = folder.Path;
        options.Training.CancellationToken = source.Token;
        options.Training.OnCancellation = CancellationBehavior.ReturnModel;

        using var model = Fit(options);

        Assert.AreEqual(2, model.TrainedSteps);
        CollectionAssert.AreEqual(new long[] { 0 }, Steps(model));
    }

    [TestMethod]
    public void What_a_metric_keeps_of_the_model_is_taken_back()
    {
        SimpleDiffusionTransformer? kept = null;
        var options = Options(steps: 2, every: 2, new FakeMetric(_ => 1) { With = (model, _) => kept ??= model.WithSampling(model.Options.Sampling) });

        using var model = Fit(options);

        Assert.ThrowsExactly<ObjectDisposedException>(() => Generate(kept!, TinyData.View(_context, 1)));
        kept!.Dispose();
        Generate(model, TinyData.View(_context, 1));
    }

    [TestMethod]
    public void Evaluated_run_holds_one_network_and_nothing_is_left_of_it()
    {
        int parameters = Run();
        long before = LiveTensors.Settled();
        Run();

        // TorchSharp 0.107 counts each parameter of a layer of its own twice and takes it off once, although its memory is freed. Fit makes one
        // network, with validation too, and the position embedding is ours.
        Assert.AreEqual(parameters - 1, LiveTensors.Settled() - before);

        int Run()
        {
            var options = Options(steps: 2, every: 1, new FakeMetric(step => step) { With = Generate });
            options.Training.KeepBest = true;
            using var model = Fit(options);
            return FittedNetwork.Of(model).parameters().Count();
        }
    }

    private static SimpleDiffusionOptions Options(int steps, int every = 1, params IValidationMetric[] metrics)
    {
        var options = TinyData.Options(steps);
        (options.Training.EvaluateEverySteps, options.Training.Metrics) = (every, metrics);
        options.Sampling.Steps = 1;
        return options;
    }

    private static void Generate(SimpleDiffusionTransformer model, IDataView view)
    {
        var generated = model.Transform(view);
        using var cursor = generated.GetRowCursor([generated.Schema["GeneratedImage"]]);
        var getter = cursor.GetGetter<MLImage>(generated.Schema["GeneratedImage"]);
        Assert.IsTrue(cursor.MoveNext());
        MLImage image = null!;
        getter(ref image);
        image.Dispose();
    }

    private static long[] Steps(SimpleDiffusionTransformer model) => [.. model.History.Evaluations.Select(evaluation => evaluation.Step)];

    private static double[] Values(SimpleDiffusionTransformer model, string metric) => [.. model.History.Evaluations.Select(evaluation => evaluation.Metrics[metric])];

    private static (long Step, float Value)[] Curve(IEnumerable<Event> events, string tag)
        => [.. events.Where(e => e.Summary is not null).SelectMany(e => e.Summary.Value.Where(value => value.Tag == tag).Select(value => (e.Step, value.SimpleValue)))];

    private SimpleDiffusionTransformer Fit(SimpleDiffusionOptions options, IDataView? validation = null)
        => _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context), validation ?? TinyData.View(_context, 6));
}
