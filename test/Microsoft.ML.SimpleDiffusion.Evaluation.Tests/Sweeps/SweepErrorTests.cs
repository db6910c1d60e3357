using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Sweeps;

[TestClass]
public class SweepErrorTests
{
    public static IEnumerable<object[]> Mistakes =>
    [
        Mistake("Base", o => o.Base = null!),
        Mistake("Training.BatchSize", o => o.Base.Training.BatchSize = 0),
        Mistake("Base.Training.CheckpointDirectory", o => o.Base.Training.CheckpointDirectory = "checkpoints"),
        Mistake("Base.Training.StopAtStep", o => o.Base.Training.StopAtStep = 2),
        Mistake("Base.Training.EarlyStoppingPatience", o => o.Base.Training.EarlyStoppingPatience = 2),
        Mistake("Base.Training.KeepBest", o => o.Base.Training.KeepBest = true),
        Mistake("Base.Training.Metrics", o => o.Base.Training.Metrics = [new FakeMetric()]),
        Mistake("Strategy", o => o.Strategy = (SweepStrategy)9),
        Mistake("Trials", o => o.Trials = 1),
        Mistake("Trials", o => o.Trials = 10_001),
        Mistake("GridPoints", o => o.GridPoints = 1),
        Mistake("Steps", o => o.Steps = 0),
        Mistake("FirstRungSteps", o => o.FirstRungSteps = 0),
        Mistake("FirstRungSteps", o => o.FirstRungSteps = 4),
        Mistake("FirstRungSteps", o => (o.Strategy, o.FirstRungSteps) = (SweepStrategy.Random, 1)),
        Mistake("HalvingFactor", o => o.HalvingFactor = 1),
        Mistake("ParallelProcesses", o => o.ParallelProcesses = 0),
        Mistake("Directory", o => o.Directory = " "),
        Mistake("Metric.Name", o => o.Metric = new FakeMetric { Name = string.Empty }),
        Mistake("Parameters", o => o.Parameters = []),
        Mistake("Parameters", o => o.Parameters = [null!]),
        Mistake("Parameters", o => o.Parameters = ["Training.LearnRate"], "Training.LearnRate, which is no option"),
        Mistake("Parameters", o => o.Parameters = ["Training"], "Training, which is no option"),
        Mistake("Parameters", o => o.Parameters = ["Training.Steps"], "Training.Steps, which the sweep sets itself"),
        Mistake("Parameters", o => o.Parameters = [SweepParameter.Choice("ImageColumnName", "Image")], "must not name ImageColumnName"),
        Mistake("Parameters", o => o.Parameters = ["Training.WeightDecay"], "no range of its own"),
        Mistake("Parameters", o => o.Parameters = ["Training.LearningRate", "Training.LearningRate"], "only once"),
        Mistake("Parameters", o => o.Parameters = [SweepParameter.Range("Training.RandomHorizontalFlip", 0, 1)], "no number but bool"),
        Mistake("Parameters", o => o.Parameters = [SweepParameter.Range("Training.BatchSize", 1.2, 1.8)], "without whole numbers"),
        Mistake("Parameters", o => o.Parameters = [SweepParameter.Choice("Training.BatchSize", 1.5)], "values of type int, not 1.5"),
        Mistake("Parameters", o => o.Parameters = [SweepParameter.Choice("Training.LearningRate", true)], "values of type double, not true"),
        Mistake("Parameters", o => o.Parameters = [SweepParameter.Choice("Training.LearningRate", null, 1)], "values of type double, not null"),
        Mistake("Parameters", o => o.Parameters = [SweepParameter.Choice("Diffusion.Loss", "Hinge")], "values of type LossType, not Hinge"),
        Mistake("Parameters", o => o.Parameters = [SweepParameter.Choice("Training.LearningRate", 1, 1.0)], "no value of Training.LearningRate twice"),
        Mistake("Parameters", o => (o.Metric, o.Parameters) = (null, ["Diffusion.NoiseResolution"]), "changes what the validation loss means. Set Metric"),
        Mistake("Parameters", o => (o.Metric, o.Parameters) = (null, [SweepParameter.Choice("Network.Architecture", "UVit", "UNet")]), "with the loss left to Auto"),
        Mistake("Parameters", o => (o.Metric, o.Parameters) = (null, ["Sampling.GuidanceScale"]), "does not depend on it"),
    ];

    [TestMethod]
    [DynamicData(nameof(Mistakes))]
    public void Mistakes_are_named_before_anything_is_written(string option, Action<SweepOptions> mistake, string message)
    {
        using var folder = new TemporaryFolder();
        var context = new MLContext(1);
        var options = new SweepOptions
        {
            Base = TinyData.Options(),
            Strategy = SweepStrategy.SuccessiveHalving,
            Metric = new FakeMetric(),
            Parameters = ["Training.LearningRate"],
            Directory = folder.File("sweep"),
        };
        mistake(options);

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => context.ImageGeneration().Sweep(TinyData.View(context), TinyData.View(context), options));

        Assert.AreEqual(option, error.ParamName);
        StringAssert.Contains(error.Message, message);
        Assert.IsFalse(Directory.Exists(folder.File("sweep")));
    }

    [TestMethod]
    public void Data_without_the_columns_is_refused()
    {
        using var folder = new TemporaryFolder();
        var context = new MLContext(1);
        var options = new SweepOptions { Base = TinyData.Options(), Directory = folder.File("sweep") };
        var view = TinyData.View(context);
        var lacking = context.Transforms.DropColumns("Label").Fit(view).Transform(view);

        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => context.ImageGeneration().Sweep(view, lacking, options)).Message, "condition column 'Label'");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => context.ImageGeneration().Sweep(lacking, view, options)).Message, "condition column 'Label'");
        Assert.ThrowsExactly<ArgumentNullException>(() => context.ImageGeneration().Sweep(null!, view, options));
        Assert.ThrowsExactly<ArgumentNullException>(() => context.ImageGeneration().Sweep(view, null!, options));
        Assert.ThrowsExactly<ArgumentNullException>(() => context.ImageGeneration().Sweep(view, view, null!));
    }

    [TestMethod]
    public void Ranges_and_choices_without_values_are_refused()
    {
        Assert.AreEqual("max", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => SweepParameter.Range("Training.LearningRate", 1, 1)).ParamName);
        Assert.AreEqual("max", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => SweepParameter.Range("Training.LearningRate", 1, double.NaN)).ParamName);
        Assert.AreEqual("min", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => SweepParameter.Range("Training.LearningRate", 0, 1, log: true)).ParamName);
        Assert.AreEqual("values", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => SweepParameter.Choice("Training.LearningRate")).ParamName);
        Assert.ThrowsExactly<ArgumentException>(() => SweepParameter.FromString(" "));
    }

    [TestMethod]
    public void Options_are_copied_with_all_that_they_hold()
    {
        var options = new SweepOptions { Parameters = ["Training.LearningRate"] };

        var copy = options.Clone();

        Assert.AreNotSame(options.Base, copy.Base);
        Assert.AreNotSame(options.Parameters, copy.Parameters);
        Assert.AreEqual(options.Parameters[0], copy.Parameters![0]);
    }

    private static object[] Mistake(string option, Action<SweepOptions> mistake, string message = "") => [option, mistake, message];
}
