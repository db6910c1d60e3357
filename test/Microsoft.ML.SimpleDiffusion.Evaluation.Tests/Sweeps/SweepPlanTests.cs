using Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Sweeps;

[TestClass]
public class SweepPlanTests
{
    private const string LearningRate = "Training.LearningRate";

    [TestMethod]
    public void Grid_has_the_default_and_the_product_of_all_values()
    {
        var options = Options(SweepStrategy.Grid, SweepParameter.Range(LearningRate, 1e-4, 1e-2, log: true), SweepParameter.Choice("Training.EmaDecay", 0.9, 0.99), "Training.RandomHorizontalFlip");

        var plan = SweepPlan.Create(options);

        Assert.HasCount(1 + (3 * 2 * 2), plan.Trials);
        CollectionAssert.AreEqual(new object[] { 3e-4, 0.9999, false }, plan.Trials[0].Values.ToArray());
        CollectionAssert.AreEqual(new object[] { 1e-4, 0.9, false }, plan.Trials[1].Values.ToArray());
        CollectionAssert.AreEqual(new object[] { 1e-2, 0.99, true }, plan.Trials[12].Values.ToArray());
    }

    [TestMethod]
    public void Grid_has_the_default_once_where_it_is_a_point_of_the_grid()
    {
        var plan = SweepPlan.Create(Options(SweepStrategy.Grid, SweepParameter.Choice(LearningRate, 1e-4, 3e-4)));

        CollectionAssert.AreEqual(new object[] { 3e-4, 1e-4 }, plan.Trials.Select(trial => trial.Values[0]).ToArray());
    }

    [TestMethod]
    public void Grid_points_are_evenly_spaced_on_the_scale_of_the_range_and_have_both_ends()
    {
        CollectionAssert.AreEqual(new object[] { 0.0, 2.5, 5.0, 7.5, 10.0 }, new RangeDomain(0, 10, Log: false).Grid(5, wholeNumbers: false).ToArray());
        var logarithmic = new RangeDomain(1e-4, 1, Log: true).Grid(5, wholeNumbers: false).Cast<double>().ToArray();
        for (int i = 0; i < 5; i++)
        {
            Assert.AreEqual(Math.Pow(10, i - 4), logarithmic[i], 1e-12);
        }

        Assert.AreEqual(1.0, logarithmic[4]);
        CollectionAssert.AreEqual(new object[] { 1.0, 2.0, 3.0 }, new RangeDomain(1, 3, Log: false).Grid(9, wholeNumbers: true).ToArray());
    }

    [TestMethod]
    public void Too_large_a_grid_is_refused()
    {
        var options = Options(SweepStrategy.Grid, LearningRate, "Training.AdamBeta2", "Network.Dropout");
        options.GridPoints = 100;

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => SweepPlan.Create(options));

        Assert.AreEqual("GridPoints", error.ParamName);
        StringAssert.Contains(error.Message, "1,000,000 combinations");
    }

    [TestMethod]
    public void Draws_are_uniform_on_the_scale_of_the_range()
    {
        var options = Options(SweepStrategy.Random, SweepParameter.Range(LearningRate, 1e-5, 1e-1, log: true), SweepParameter.Range("Diffusion.ConditioningDropout", 0.1, 0.5));
        options.Trials = 4001;

        var draws = SweepPlan.Create(options).Trials.Skip(1).ToList();

        // The share below a point has a standard error of at most 0.008.
        foreach (double quantile in new[] { 0.1, 0.25, 0.5, 0.9 })
        {
            Assert.AreEqual(quantile, draws.Count(trial => (double)trial.Values[0]! < Math.Pow(10, -5 + (4 * quantile))) / 4000.0, 0.03);
            Assert.AreEqual(quantile, draws.Count(trial => (float)trial.Values[1]! < 0.1 + (0.4 * quantile)) / 4000.0, 0.03);
        }
    }

    [TestMethod]
    public void Whole_numbers_at_the_ends_are_as_likely_as_others()
    {
        var range = new RangeDomain(1, 4, Log: false);

        var values = Enumerable.Range(0, 4000).Select(i => range.At(i / 4000.0, wholeNumbers: true)).ToList();

        foreach (double value in new[] { 1.0, 2.0, 3.0, 4.0 })
        {
            Assert.AreEqual(1000, values.Count(other => other.Equals(value)), delta: 1);
        }
    }

    [TestMethod]
    public void Plan_is_a_function_of_the_seed()
    {
        var options = Options(SweepStrategy.Random, LearningRate);
        string[] Keys() => [.. SweepPlan.Create(options).Trials.Select(trial => trial.Key)];

        string[] first = Keys();
        CollectionAssert.AreEqual(first, Keys());
        options.Seed = 1;
        Assert.IsFalse(first.Skip(1).Intersect(Keys().Skip(1)).Any());
        Assert.AreEqual(first[0], Keys()[0]);
    }

    [TestMethod]
    public void Draws_never_repeat_and_end_when_there_are_no_more()
    {
        var plan = SweepPlan.Create(Options(SweepStrategy.Random, SweepParameter.Choice("Training.BatchSize", 16, 32, 64), "Training.RandomHorizontalFlip"));

        Assert.HasCount(6, plan.Trials);
        Assert.AreEqual(6, plan.Trials.Select(trial => trial.Key).Distinct().Count());
    }

    [TestMethod]
    public void Trials_differ_from_the_base_in_the_swept_options_alone()
    {
        var options = Options(SweepStrategy.Random, LearningRate);
        options.Steps = 77;
        options.Seed = 5;

        var plan = SweepPlan.Create(options);
        var trial = plan.OptionsOf(3);

        Assert.AreEqual(plan.Trials[3].Values[0], trial.Training.LearningRate);
        Assert.AreEqual(77, trial.Training.Steps);
        Assert.AreEqual(5, trial.Seed);
        Assert.AreEqual(3e-4, plan.OptionsOf(0).Training.LearningRate);
        Assert.AreEqual(10_000, options.Base.Training.Steps);
        Assert.IsNull(options.Base.Seed);
    }

    /// <summary>The closed form: steps times factor to the minus k, trials over factor to the k.</summary>
    [TestMethod]
    public void Halving_cuts_trials_and_multiplies_steps_by_the_same_factor()
    {
        CollectionAssert.AreEqual(new[] { 1, 3, 9, 27, 81 }, HalvingSchedule.RungSteps(81, firstRungSteps: 1, trials: 81, factor: 3).ToArray());
        CollectionAssert.AreEqual(new[] { 63, 187, 560 }, HalvingSchedule.RungSteps(560, firstRungSteps: null, trials: 12, factor: 3).ToArray());
        CollectionAssert.AreEqual(new[] { 125, 250, 500, 1000 }, HalvingSchedule.RungSteps(1000, firstRungSteps: 101, trials: 8, factor: 2).ToArray());
        CollectionAssert.AreEqual(new[] { 10 }, HalvingSchedule.RungSteps(10, firstRungSteps: 10, trials: 50, factor: 4).ToArray());
        CollectionAssert.AreEqual(new[] { 1, 2 }, HalvingSchedule.RungSteps(2, firstRungSteps: null, trials: 100, factor: 2).ToArray());
        Assert.AreEqual(27, HalvingSchedule.Survivors(81, 3));
        Assert.AreEqual(3, HalvingSchedule.Survivors(11, 3));
        Assert.AreEqual(1, HalvingSchedule.Survivors(2, 3));
    }

    [TestMethod]
    public void Grid_and_random_search_have_one_rung()
    {
        CollectionAssert.AreEqual(new[] { 10_000 }, SweepPlan.Create(Options(SweepStrategy.Grid, LearningRate)).RungSteps.ToArray());
        CollectionAssert.AreEqual(new[] { 10_000 }, SweepPlan.Create(Options(SweepStrategy.Random, LearningRate)).RungSteps.ToArray());
    }

    [TestMethod]
    public void Without_names_every_option_with_an_attribute_that_counts_is_swept()
    {
        var options = Options(SweepStrategy.Random);
        options.Parameters = null;
        options.Base.ConditionColumnName = "Label";
        options.Base.Sampling.Sampler = SamplerType.Ddim;

        string[] names = [.. SweepPlan.Create(options).Parameters.Select(parameter => parameter.Path.Name)];
        options.Metric = null;
        string[] byLoss = [.. SweepPlan.Create(options).Parameters.Select(parameter => parameter.Path.Name)];

        CollectionAssert.IsSubsetOf(new[] { LearningRate, "Training.AdamBeta2", "Network.Dropout", "Diffusion.NoiseResolution", "Sampling.GuidanceScale" }, names);
        CollectionAssert.DoesNotContain(names, "Diffusion.MinSnrGamma");
        CollectionAssert.DoesNotContain(names, "Sampling.NoiseInterpolation");
        CollectionAssert.AreEqual(names.Where(name => name.StartsWith("Network.", StringComparison.Ordinal) || name.StartsWith("Training.", StringComparison.Ordinal)).ToArray(), byLoss);
    }

    [TestMethod]
    public void Values_become_the_type_of_the_option()
    {
        var plan = SweepPlan.Create(Options(
            SweepStrategy.Grid,
            SweepParameter.Choice("Diffusion.ConditioningDropout", 0.2, 0.3f, 1),
            SweepParameter.Choice("Network.BaseChannels", null, 16),
            SweepParameter.Choice("Network.ChannelMultipliers", new[] { 1, 2 }, new[] { 1, 2, 4 }),
            SweepParameter.Choice("Diffusion.Prediction", PredictionType.Epsilon, "X"),
            SweepParameter.Range("Training.BatchSize", 1, 2)));

        var last = plan.OptionsOf(plan.Trials.Count - 1);
        Assert.AreEqual(1f, last.Diffusion.ConditioningDropout);
        Assert.AreEqual(16, last.Network.BaseChannels);
        CollectionAssert.AreEqual(new[] { 1, 2, 4 }, last.Network.ChannelMultipliers);
        Assert.AreEqual(PredictionType.X, last.Diffusion.Prediction);
        Assert.AreEqual(2, last.Training.BatchSize);
        Assert.IsNull(plan.OptionsOf(1).Network.BaseChannels);
        Assert.AreEqual(0.2f, plan.OptionsOf(1).Diffusion.ConditioningDropout);
    }

    private static SweepOptions Options(SweepStrategy strategy, params SweepParameter[] parameters)
        => new() { Strategy = strategy, Parameters = parameters, Metric = new FakeMetric(), Directory = "unused" };
}
