using Microsoft.ML.SimpleDiffusion.Training.Optimizers;

namespace Microsoft.ML.SimpleDiffusion.Tests.Training.Optimizers;

[TestClass]
public class LearningRateScheduleTests
{
    [TestMethod]
    [DataRow(LearningRateDecay.Constant)]
    [DataRow(LearningRateDecay.Cosine)]
    [DataRow(LearningRateDecay.Linear)]
    [DataRow(LearningRateDecay.WarmupStableDecay)]
    public void Warm_up_rises_along_a_straight_line_to_the_peak(LearningRateDecay decay)
        => CollectionAssert.AreEqual(new[] { 0.5, 1, 1.5, 2, 2 }, Rates(decay, steps: 100, warmup: 4, 0, 1, 2, 3, 4));

    [TestMethod]
    public void Constant_rate_stays_at_its_peak() => CollectionAssert.AreEqual(new[] { 2.0, 2, 2 }, Rates(LearningRateDecay.Constant, steps: 100, warmup: 4, 50, 99, 200));

    [TestMethod]
    public void Cosine_is_at_half_of_its_peak_in_the_middle_and_at_zero_in_the_end()
    {
        double[] rates = Rates(LearningRateDecay.Cosine, steps: 104, warmup: 4, 29, 54, 79, 104, 200);
        double[] expected = [1 + Math.Sqrt(0.5), 1, 1 - Math.Sqrt(0.5), 0, 0];

        for (int i = 0; i < rates.Length; i++)
        {
            Assert.AreEqual(expected[i], rates[i], 1e-12);
        }
    }

    [TestMethod]
    public void Line_falls_from_the_warm_up_to_zero_in_the_end()
        => CollectionAssert.AreEqual(new[] { 2, 1.5, 1, 0.015625, 0, 0 }, Rates(LearningRateDecay.Linear, steps: 132, warmup: 4, 4, 36, 68, 131, 132, 200));

    [TestMethod]
    [DataRow(0.25, new[] { 2, 2, 1.5, 1, 0.0625, 0, 0 })]
    [DataRow(1.0, new[] { 1.015625, 0.5, 0.375, 0.25, 0.015625, 0, 0 })]
    public void Rate_stays_at_its_peak_until_the_share_in_which_it_falls_along_a_line(double share, double[] expected)
        => CollectionAssert.AreEqual(expected, Rates(LearningRateDecay.WarmupStableDecay, steps: 128, warmup: 0, share, 63, 96, 104, 112, 127, 128, 200));

    [TestMethod]
    public void Warm_up_longer_than_the_rest_is_not_cut_short()
        => CollectionAssert.AreEqual(new[] { 1.25, 2, 2, 1 }, Rates(LearningRateDecay.WarmupStableDecay, steps: 12, warmup: 8, share: 1, 4, 7, 8, 10));

    [TestMethod]
    public void Share_of_a_fifth_is_the_default()
        => CollectionAssert.AreEqual(new[] { 2, 1, 0.0 }, Rates(LearningRateDecay.WarmupStableDecay, steps: 1_000, warmup: 10, new TrainingOptions().LearningRateDecayShare, 800, 900, 1_000));

    [TestMethod]
    [DataRow(LearningRateDecay.Cosine)]
    [DataRow(LearningRateDecay.Linear)]
    [DataRow(LearningRateDecay.WarmupStableDecay)]
    public void Run_of_warm_up_alone_has_a_rate_at_all_its_steps(LearningRateDecay decay)
        => CollectionAssert.AreEqual(new[] { 1.0, 2 }, Rates(decay, steps: 2, warmup: 2, 0, 1));

    private static double[] Rates(LearningRateDecay decay, int steps, int warmup, params long[] at) => Rates(decay, steps, warmup, share: 0.2, at);

    private static double[] Rates(LearningRateDecay decay, int steps, int warmup, double share, params long[] at)
    {
        var options = new TrainingOptions { Steps = steps, WarmupSteps = warmup, LearningRate = 2, LearningRateDecay = decay, LearningRateDecayShare = share };
        return [.. at.Select(step => LearningRateSchedule.At(options, step))];
    }
}
