using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Sweeps;

/// <summary>Sweeps that train the tiny network.</summary>
[TestClass]
public class SweepTrainingTests
{
    [TestMethod]
    public void Survivor_of_all_rungs_has_the_weights_of_a_training_without_pauses_byte_for_byte()
    {
        using var folder = new TemporaryFolder();
        var context = new MLContext(1);
        var result = context.ImageGeneration().Sweep(TinyData.View(context), TinyData.View(context, 6), Halving(folder));
        using var best = result.LoadBest();
        using var continuous = context.Transforms.SimpleDiffusion(result.BestOptions).Fit(TinyData.View(context));

        CollectionAssert.AreEqual(new[] { 2, 4, 8 }, result.Best.Measurements.Select(measurement => measurement.Steps).ToArray());
        Assert.AreEqual(8, best.TrainedSteps);
        CollectionAssert.AreEqual(WeightBytes.Of(continuous), WeightBytes.Of(best));
    }

    [TestMethod]
    public void Validation_loss_is_that_of_a_training_with_validation()
    {
        using var folder = new TemporaryFolder();
        var context = new MLContext(1);
        var (training, validation) = (TinyData.View(context), TinyData.View(context, 6));

        var result = context.ImageGeneration().Sweep(training, validation, Halving(folder));

        using var model = context.Transforms.SimpleDiffusion(result.BestOptions).Fit(training, validation);
        Assert.AreEqual(TrainingOptions.ValidationLossName, result.MetricName);
        Assert.AreEqual(model.History.Evaluations[^1].Metrics[TrainingOptions.ValidationLossName], result.Best.Metric);
    }

    [TestMethod]
    public void Training_that_diverges_and_options_that_contradict_each_other_are_failed_trials()
    {
        using var folder = new TemporaryFolder();
        var context = new MLContext(1);
        var options = Halving(folder);
        options.Strategy = SweepStrategy.Grid;
        options.Base.Training.MaxSkippedStepsInARow = 1;
        options.Parameters = [SweepParameter.Choice("Training.LearningRate", 3e-3, 1e30), SweepParameter.Choice("Network.AttentionHeads", 2, 3)];

        var result = context.ImageGeneration().Sweep(TinyData.View(context), TinyData.View(context, 6), options);

        Assert.AreEqual(1, result.Trials.Count(trial => trial.State == SweepTrialState.Completed));
        Assert.IsTrue(result.Best.IsDefault);
        Assert.AreEqual(2, result.Trials.Count(trial => trial.Error?.Contains("must divide the 16 channels", StringComparison.Ordinal) is true));
        Assert.AreEqual(1, result.Trials.Count(trial => trial.Error?.StartsWith("Training has diverged", StringComparison.Ordinal) is true));
    }

    /// <summary>What a process leaves that dies at any moment is what an exception leaves there: checkpoints, and records of what had ended.</summary>
    [TestMethod]
    [DataRow(1)]
    [DataRow(4)]
    public void Sweep_that_breaks_off_at_a_measurement_goes_on_without_training_again(int measurement)
    {
        using var folder = new TemporaryFolder();
        var context = new MLContext(1);
        var (training, validation) = (TinyData.View(context), TinyData.View(context, 6));
        var options = Halving(folder);
        var metric = new BreakingMetric(measurement);
        options.Metric = metric;
        Assert.ThrowsExactly<OperationCanceledException>(() => context.ImageGeneration().Sweep(training, validation, options));
        int broken = metric.Steps.Count;

        var result = context.ImageGeneration().Sweep(training, validation, options);

        Assert.AreEqual(measurement, broken);
        Assert.AreEqual(metric.Steps[broken - 1], metric.Steps[broken]);
        Assert.AreEqual(SweepTrialState.Completed, result.Best.State);
        Assert.IsTrue(result.Trials.All(trial => trial.Measurements.Count > 0));
    }

    private static SweepOptions Halving(TemporaryFolder folder) => new()
    {
        Base = TinyData.Options(),
        Strategy = SweepStrategy.SuccessiveHalving,
        Parameters = [SweepParameter.Range("Training.LearningRate", 1e-3, 1e-2, log: true)],
        Steps = 8,
        Trials = 4,
        HalvingFactor = 2,
        Directory = folder.File("sweep"),
    };

    /// <summary>Breaks off at one of its measurements, the first time that it comes to it.</summary>
    private sealed class BreakingMetric(int breaksAt) : IValidationMetric
    {
        public string Name => "LearningRate";

        public bool HigherIsBetter => false;

        /// <summary>Steps of each model that was measured.</summary>
        public List<long> Steps { get; } = [];

        public double Evaluate(SimpleDiffusionTransformer model, IDataView validation, CancellationToken cancellationToken)
        {
            Steps.Add(model.TrainedSteps);
            return Steps.Count == breaksAt ? throw new OperationCanceledException() : model.Options.Training.LearningRate;
        }
    }
}
