using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;
using Microsoft.ML.SimpleDiffusion.Training.Observers;
using Microsoft.ML.SimpleDiffusion.Training.State;

namespace Microsoft.ML.SimpleDiffusion.Tests.Training.Observers;

[TestClass]
public class ProgressObserverTests
{
    private readonly FakeTime _time = new();

    [TestMethod]
    public void Time_that_goes_backwards_counts_as_none()
    {
        var timer = new ElapsedTimer(_time);
        _time.Now += TimeSpan.FromSeconds(2);
        Assert.AreEqual(2, timer.Elapsed.TotalSeconds);

        _time.Now -= TimeSpan.FromHours(1);
        Assert.AreEqual(2, timer.Elapsed.TotalSeconds);

        _time.Now += TimeSpan.FromSeconds(3);
        Assert.AreEqual(5, timer.Elapsed.TotalSeconds);
        timer.Restart();
        Assert.AreEqual(0, timer.Elapsed.TotalSeconds);
    }

    [TestMethod]
    public void Reports_go_on_when_the_clock_jumps_back_by_an_hour()
    {
        var reports = new List<TrainingProgress>();
        var options = TinyData.Options(steps: 5);
        options.Training.Progress = new Callback(reports.Add);
        using var training = new TinyTraining(options);
        TrainingEvaluation? evaluation = null;
        var observer = Observe(training, () => evaluation);

        Report(1, TimeSpan.FromSeconds(2));
        Report(2, TimeSpan.FromHours(-1));
        Report(3, TimeSpan.FromSeconds(2));
        Report(4, TimeSpan.FromDays(-2));
        Report(5, TimeSpan.Zero);

        CollectionAssert.AreEqual(new[] { 1, 3, 5 }, reports.Select(report => report.Step).ToArray());
        Assert.AreEqual(8 / 2.0, reports[0].ImagesPerSecond, 1e-9);
        Assert.AreEqual(2 * 8 / 2.0, reports[1].ImagesPerSecond, 1e-9);
        Assert.IsTrue(reports.All(report => double.IsFinite(report.ImagesPerSecond) && report.TimeRemaining >= TimeSpan.Zero));

        void Report(int step, TimeSpan passed)
        {
            _time.Now += passed;
            observer.AfterStep(step, [new StepResult(step, Loss: 1, GradientNorm: 1, LearningRate: 1)]);
        }
    }

    [TestMethod]
    public void Evaluation_is_reported_with_its_step_and_its_time_slows_nothing_down()
    {
        var reports = new Reports();
        var options = TinyData.Options(steps: 5);
        options.Training.Progress = reports;
        using var training = new TinyTraining(options);
        TrainingEvaluation? evaluation = null;
        var observer = Observe(training, () => evaluation);

        _time.Now += TimeSpan.FromSeconds(0.5);
        observer.Pause(() =>
        {
            _time.Now += TimeSpan.FromSeconds(10);
            evaluation = new TrainingEvaluation { Step = 1, Metrics = new Dictionary<string, double> { ["A"] = 1 }, IsBest = true };
        });
        observer.AfterStep(1, [new StepResult(1, Loss: 1, GradientNorm: 1, LearningRate: 1)]);
        _time.Now += TimeSpan.FromSeconds(0.5);
        observer.AfterStep(2, [new StepResult(2, Loss: 1, GradientNorm: 1, LearningRate: 1)]);

        var report = reports.All.Single();
        Assert.AreSame(evaluation, report.Evaluation);
        Assert.AreEqual(8 / 0.5, report.ImagesPerSecond, 1e-9);
        Assert.AreEqual(10.5 * 4, report.TimeRemaining.TotalSeconds, 1e-6);
    }

    [TestMethod]
    public void Handler_that_throws_costs_a_warning_and_no_run()
    {
        var log = new CapturedLog();
        var options = TinyData.Options(steps: 5);
        options.Training.Progress = new Callback(_ => throw new FormatException("no such column"));

        using var model = log.Context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(log.Context));

        Assert.AreEqual(5, model.TrainedSteps);
        Assert.HasCount(1, log.With("The training goes on, but the handler in Training.Progress failed: no such column"));
    }

    private ProgressObserver Observe(TinyTraining training, Func<TrainingEvaluation?> latestEvaluation) => new(
        training.Run, () => 0, new TrainingWork(1, 0, 0), new SpeedReference(training.Target, measure: () => 1, _time), new RunReports(tensorBoardDirectory: null, _ => { }), latestEvaluation, _time);

    private sealed class Callback(Action<TrainingProgress> action) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => action(value);
    }
}
