using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;
using Microsoft.ML.SimpleDiffusion.Training.Feed;

namespace Microsoft.ML.SimpleDiffusion.Tests.Training.Feed;

[TestClass]
public class NoiseDrawsTests
{
    private readonly MLContext _context = new(1);

    [TestMethod]
    [DataRow(0.0, 0)]
    [DataRow(0.07, 7)]
    [DataRow(0.5, 50)]
    [DataRow(0.504, 50)]
    [DataRow(0.7, 70)]
    [DataRow(1.0, 100)]
    public void Draws_of_the_schedule_come_back_at_their_share_of_the_run(double share, int first)
    {
        var options = Options(NoiseDraws.Normal);
        (options.Training.Steps, options.Diffusion.ScheduleDrawsFrom) = (100, share);
        using var data = TinyDataset.Load(_context, options);
        var schedule = NoiseSchedules.Create(options);
        var drawn = new BatchBuilder(data, options, schedule);
        var usual = new BatchBuilder(data, Options(NoiseDraws.Schedule), schedule);
        for (int step = 0; step < 100; step++)
        {
            Assert.AreEqual(step >= first, usual.Times(step, 0).SequenceEqual(drawn.Times(step, 0)), $"step {step}");
        }
    }

    [TestMethod]
    public void Normal_draws_are_at_the_places_of_the_times_evenly_spread_over_the_optimizer_step()
    {
        var options = Options(NoiseDraws.Normal);
        options.Training.GradientAccumulation = 2;
        (options.Diffusion.LogSnrMean, options.Diffusion.LogSnrDeviation) = (-1, 1.6);
        var usualOptions = Options(NoiseDraws.Schedule);
        usualOptions.Training.GradientAccumulation = 2;
        using var data = TinyDataset.Load(_context, options);
        var schedule = NoiseSchedules.Create(options);
        BatchBuilder drawn = new(data, options, schedule), usual = new(data, usualOptions, schedule);
        double mean = schedule.LogSnr(0.5) - 1;
        foreach (int microStep in new[] { 0, 1 })
        {
            double[] expected = Array.ConvertAll(usual.Times(0, microStep), place => mean - (1.6 * NormalDistribution.Quantile(place)));
            double[] actual = Array.ConvertAll(drawn.Times(0, microStep), schedule.LogSnr);
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.AreEqual(Math.Clamp(expected[i], schedule.LogSnrMin, schedule.LogSnrMax), actual[i], 1e-9);
            }
        }
    }

    [TestMethod]
    public void Batch_has_the_levels_and_the_weights_of_its_draws_and_nothing_else_of_it_changes()
    {
        var options = Options(NoiseDraws.Normal);
        (options.Training.Steps, options.Diffusion.ScheduleDrawsFrom, options.Diffusion.Loss) = (4, 0.5, LossType.Sigmoid);
        using var data = TinyDataset.Load(_context, options);
        var schedule = NoiseSchedules.Create(options);
        var draws = new NormalDraws(options.Diffusion, schedule);
        foreach (int step in new[] { 1, 2 })
        {
            using var batch = new BatchBuilder(data, options, schedule).Build(step, 0);
            using var usual = new BatchBuilder(data, Options(NoiseDraws.Schedule), schedule).Build(step, 0);
            float[] weights = Array.ConvertAll(batch.Times, t => (float)LossWeight.Of(options.Diffusion, schedule.LogSnr(t), step == 1 ? draws.Slope(t) : schedule.Slope(t)));

            CollectionAssert.AreEqual(Array.ConvertAll(batch.Times, t => (float)schedule.LogSnr(t)), batch.Levels.LogSnr.data<float>().ToArray());
            CollectionAssert.AreEqual(weights, batch.Levels.LossWeight.data<float>().ToArray());
            CollectionAssert.AreEqual(usual.Noise!.data<float>().ToArray(), batch.Noise!.data<float>().ToArray());
            CollectionAssert.AreEqual(usual.Pixels.data<byte>().ToArray(), batch.Pixels.data<byte>().ToArray());
        }
    }

    [TestMethod]
    public void Run_that_pauses_before_during_or_after_the_switch_has_the_weights_of_one_that_does_not_bit_for_bit()
    {
        byte[] expected = PausedRuns.AssertSameWeights(_context, [2, 4, 6], Run);
        var usual = Run(stopAt: null, directory: null);
        usual.Diffusion.NoiseDraws = NoiseDraws.Schedule;
        CollectionAssert.AreNotEqual(expected, WeightBytes.OfTrained(_context, usual));

        static SimpleDiffusionOptions Run(int? stopAt, string? directory)
        {
            var options = TinyData.Options(steps: 8);
            (options.Diffusion.NoiseDraws, options.Diffusion.Loss) = (NoiseDraws.Normal, LossType.Sigmoid);
            (options.Training.LearningRateDecay, options.Training.LearningRateDecayShare) = (LearningRateDecay.WarmupStableDecay, 0.5);
            (options.Training.StopAtStep, options.Training.CheckpointDirectory) = (stopAt, directory);
            return options;
        }
    }

    [TestMethod]
    [DataRow(LossType.V)]
    [DataRow(LossType.Sigmoid)]
    public void Validation_loss_does_not_depend_on_how_training_images_are_drawn(LossType loss)
    {
        double[] losses = [.. new[] { NoiseDraws.Schedule, NoiseDraws.Normal }.Select(draws =>
        {
            var options = TinyData.Options(steps: 1);
            (options.Diffusion.NoiseDraws, options.Diffusion.ScheduleDrawsFrom, options.Diffusion.Loss) = (draws, 1, loss);
            using var model = _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context), TinyData.View(_context, 6));
            return model.History.Evaluations[0].Metrics[TrainingOptions.ValidationLossName];
        })];

        Assert.AreEqual(losses[0], losses[1]);
    }

    private static SimpleDiffusionOptions Options(NoiseDraws draws)
    {
        var options = OptionsResolver.Resolve(TinyData.Options(), hasGpu: false, seed: 1);
        options.Diffusion.NoiseDraws = draws;
        return options;
    }
}
