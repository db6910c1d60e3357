using Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Metrics;

[TestClass]
public class KernelDistanceTests
{
    [TestMethod]
    public void Two_pairs_of_points_are_as_far_apart_as_by_hand()
    {
        // Kernel (xy + 1)^3: within {0, 1} it is 1, within {1, 2} it is 27, between them 1, 1, 8, 27 with the mean 37 / 4.
        var metrics = FeatureViews.Context.ImageGeneration().Evaluate(FeatureViews.Doubles([[0], [1]]), FeatureViews.Doubles([[1], [2]]));

        Assert.AreEqual(1 + 27 - (2 * 37 / 4.0), metrics.KernelDistance!.Mean, 1e-12);
        Assert.AreEqual(0, metrics.KernelDistance.StandardDeviation);
    }

    [TestMethod]
    public void Subsets_estimate_the_distance_of_all_and_follow_the_seed()
    {
        var generated = FeatureViews.Singles(FeatureViews.Normal(300, 4, shift: 1));
        var reference = FeatureViews.Singles(FeatureViews.Normal(200, 4, seed: 2));

        double all = Evaluate(size: 1000, seed: 0).Mean;
        var subsets = Evaluate(size: 50, seed: 0);

        Assert.AreEqual(all, subsets.Mean, 0.1 * all);
        Assert.IsGreaterThan(0, subsets.StandardDeviation);
        Assert.AreEqual(subsets.ToString(), Evaluate(size: 50, seed: 0).ToString());
        Assert.AreEqual(subsets.Mean, Evaluate(size: 50, seed: 0).Mean);
        Assert.AreNotEqual(subsets.Mean, Evaluate(size: 50, seed: 1).Mean);

        MetricEstimate Evaluate(int size, int seed) => FeatureViews.Context.ImageGeneration().Evaluate(
            generated,
            reference,
            new ImageGenerationEvaluationOptions { Metrics = ImageGenerationMetricTypes.KernelDistance, KernelSubsetSize = size, KernelSubsets = 60, Seed = seed }).KernelDistance!;
    }
}
