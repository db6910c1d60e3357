using Microsoft.ML.SimpleDiffusion.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Tests.Options.Validation;

[TestClass]
public class EvaluationOptionsTests
{
    [TestMethod]
    public void Ten_metrics_with_names_of_fifty_characters_are_the_most()
    {
        var training = new TrainingOptions { Metrics = [.. Enumerable.Range(0, 10).Select(i => new FakeMetric(_ => 0, $"{i}" + new string('a', 49)))] };
        EvaluationOptionsValidator.ValidateMetrics(training);

        training.Metrics = [.. Enumerable.Range(0, 11).Select(i => new FakeMetric(_ => 0, $"{i}"))];
        AssertRefused("Training.Metrics", "must have at most 10 entries", () => EvaluationOptionsValidator.ValidateMetrics(training));

        training.Metrics = [new FakeMetric(_ => 0, new string('a', 51))];
        AssertRefused("Training.Metrics", "must have names of 1 to 50 characters", () => EvaluationOptionsValidator.ValidateMetrics(training));
    }

    [TestMethod]
    public void Blank_names_and_missing_metrics_are_refused()
    {
        AssertRefused("Training.Metrics", "must have names of 1 to 50 characters", () => EvaluationOptionsValidator.ValidateMetrics(new TrainingOptions { Metrics = [new FakeMetric(_ => 0, " ")] }));
        AssertRefused("Training.Metrics", "must not be null", () => EvaluationOptionsValidator.ValidateMetrics(new TrainingOptions { Metrics = [null!] }));
    }

    [TestMethod]
    [DataRow("A", "A")]
    [DataRow(TrainingOptions.ValidationLossName, "B")]
    public void Names_that_are_taken_are_refused(string first, string second)
    {
        var training = new TrainingOptions { Metrics = [new FakeMetric(_ => 0, first), new FakeMetric(_ => 0, second)] };

        AssertRefused("Training.Metrics", "must have names that differ from each other and from ValidationLoss", () => EvaluationOptionsValidator.ValidateMetrics(training));
    }

    [TestMethod]
    public void Monitored_metric_is_one_that_is_measured()
    {
        var training = new TrainingOptions { Metrics = [new FakeMetric(_ => 0, "A"), new FakeMetric(_ => 0, "B")], MonitoredMetric = "B" };
        EvaluationOptionsValidator.ValidateMetrics(training);
        training.MonitoredMetric = TrainingOptions.ValidationLossName;
        EvaluationOptionsValidator.ValidateMetrics(training);
        training.MonitoredMetric = "C";

        AssertRefused("Training.MonitoredMetric", "must be one of ValidationLoss, A, B", () => EvaluationOptionsValidator.ValidateMetrics(training));
    }

    [TestMethod]
    public void Run_without_validation_data_has_nothing_that_needs_it()
    {
        EvaluationOptionsValidator.ValidateWithoutData(new TrainingOptions());

        Refuse("Training.Metrics", "must be empty", new TrainingOptions { Metrics = [new FakeMetric(_ => 0)] });
        Refuse("Training.KeepBest", "must be false", new TrainingOptions { KeepBest = true });
        Refuse("Training.EarlyStoppingPatience", "must be null", new TrainingOptions { EarlyStoppingPatience = 3 });
        Refuse("Training.EvaluateEverySteps", "must be null", new TrainingOptions { EvaluateEverySteps = 3 });

        static void Refuse(string option, string requirement, TrainingOptions training)
            => AssertRefused(option, $"{requirement} unless Fit is given validation data", () => EvaluationOptionsValidator.ValidateWithoutData(training));
    }

    [TestMethod]
    [DataRow(1, null, 1)]
    [DataRow(9, null, 1)]
    [DataRow(10, null, 1)]
    [DataRow(25, null, 2)]
    [DataRow(10_000, null, 1_000)]
    [DataRow(10_000, 7, 7)]
    public void Evaluations_are_a_tenth_of_the_steps_apart_unless_said_otherwise(int steps, int? every, int expected)
        => Assert.AreEqual(expected, new TrainingOptions { Steps = steps, EvaluateEverySteps = every }.EvaluationInterval);

    [TestMethod]
    public void Run_ends_at_its_last_step_or_where_it_is_to_stop()
    {
        Assert.AreEqual(50, new TrainingOptions { Steps = 50 }.LastStep);
        Assert.AreEqual(20, new TrainingOptions { Steps = 50, StopAtStep = 20 }.LastStep);
    }

    private static void AssertRefused(string option, string requirement, Action validate)
    {
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(validate);

        Assert.AreEqual(option, error.ParamName);
        StringAssert.StartsWith(error.Message, $"The option {option} {requirement}.");
    }
}
