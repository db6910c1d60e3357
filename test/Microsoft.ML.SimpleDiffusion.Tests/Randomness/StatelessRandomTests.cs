using Microsoft.ML.SimpleDiffusion.Randomness;

namespace Microsoft.ML.SimpleDiffusion.Tests.Randomness;

[TestClass]
public sealed class StatelessRandomTests
{
    [TestMethod]
    public void Normal_numbers_have_the_moments_of_the_standard_normal()
    {
        const int Count = 200_000;
        var values = new float[Count];
        StatelessRandom.FillNormal(values, seed: 1, RandomPurpose.TrainingNoise, step: 2, row: 3);

        double mean = values.Average(value => (double)value);
        double variance = values.Average(value => Math.Pow(value - mean, 2));
        double fourth = values.Average(value => Math.Pow(value - mean, 4));

        // Standard errors are 1, 1.4 and 10 over sqrt(200,000): bounds are four of them.
        Assert.AreEqual(0, mean, 4 * 1 / Math.Sqrt(Count));
        Assert.AreEqual(1, variance, 4 * Math.Sqrt(2) / Math.Sqrt(Count));
        Assert.AreEqual(3, fourth, 4 * Math.Sqrt(96) / Math.Sqrt(Count));
        Assert.IsTrue(values.All(float.IsFinite));
    }

    [TestMethod]
    public void A_shorter_fill_is_the_beginning_of_a_longer_one()
    {
        var shorter = new float[1000];
        var longer = new float[5000];
        StatelessRandom.FillNormal(shorter, 7, RandomPurpose.SamplingNoise, 1, 1);
        StatelessRandom.FillNormal(longer, 7, RandomPurpose.SamplingNoise, 1, 1);
        CollectionAssert.AreEqual(shorter, longer[..1000]);
    }

    [TestMethod]
    public void Draws_differ_in_seed_purpose_step_and_row_also_beyond_32_bits()
    {
        const ulong Far = 1UL << 40;
        ulong[] draws =
        [
            StatelessRandom.Bits(1, RandomPurpose.Time, 1, 1),
            StatelessRandom.Bits(2, RandomPurpose.Time, 1, 1),
            StatelessRandom.Bits(1 + Far, RandomPurpose.Time, 1, 1),
            StatelessRandom.Bits(1, RandomPurpose.Flip, 1, 1),
            StatelessRandom.Bits(1, RandomPurpose.Time, 2, 1),
            StatelessRandom.Bits(1, RandomPurpose.Time, 1 + Far, 1),
            StatelessRandom.Bits(1, RandomPurpose.Time, 1, 2),
            StatelessRandom.Bits(1, RandomPurpose.Time, 1, 1 + Far),
        ];
        Assert.AreEqual(draws.Length, draws.Distinct().Count());
    }

    [TestMethod]
    public void Permutation_holds_every_index_once_and_depends_on_the_epoch()
    {
        var first = StatelessRandom.Permutation(1000, seed: 5, epoch: 0);
        var second = StatelessRandom.Permutation(1000, seed: 5, epoch: 1);
        CollectionAssert.AreEquivalent(Enumerable.Range(0, 1000).ToArray(), first);
        CollectionAssert.AreEquivalent(first, second);
        CollectionAssert.AreNotEqual(first, second);
        CollectionAssert.AreEqual(first, StatelessRandom.Permutation(1000, seed: 5, epoch: 0));
    }

    [TestMethod]
    public void Permutations_of_three_come_equally_often()
    {
        var counts = new Dictionary<string, int>();
        for (ulong epoch = 0; epoch < 6000; epoch++)
        {
            string order = string.Join(',', StatelessRandom.Permutation(3, seed: 11, epoch));
            counts[order] = counts.GetValueOrDefault(order) + 1;
        }

        // Each count is binomial with mean 1000 and standard deviation 29.
        Assert.HasCount(6, counts);
        Assert.IsTrue(counts.Values.All(count => Math.Abs(count - 1000) < 130), string.Join(' ', counts.Values));
    }
}
