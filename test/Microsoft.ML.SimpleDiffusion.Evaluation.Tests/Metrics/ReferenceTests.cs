using Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Metrics;

[TestClass]
public class ReferenceTests
{
    [TestMethod]
    public void All_distances_agree_with_other_implementations()
    {
        foreach (var example in ReferenceCase.Load())
        {
            var options = new ImageGenerationEvaluationOptions { PrecisionAndRecallNeighbors = 5 };

            var metrics = FeatureViews.Context.ImageGeneration().Evaluate(FeatureViews.Doubles(example.Generated), FeatureViews.Doubles(example.Real), options);

            AssertClose(example.Frechet, metrics.FrechetDistance);
            AssertClose(example.Kernel, metrics.KernelDistance!.Mean);
            AssertClose(example.Precision, metrics.Precision);
            AssertClose(example.Recall, metrics.Recall);
            AssertClose(example.Density, metrics.Density);
            AssertClose(example.Coverage, metrics.Coverage);
        }
    }

    [TestMethod]
    public void Statistics_of_each_set_give_the_same_distance()
    {
        foreach (var example in ReferenceCase.Load())
        {
            var catalog = FeatureViews.Context.ImageGeneration();
            using FeatureStatistics real = catalog.MeasureFeatures(FeatureViews.Doubles(example.Real)), generated = catalog.MeasureFeatures(FeatureViews.Doubles(example.Generated));

            AssertClose(example.Frechet, generated.FrechetDistance(real));
        }
    }

    private static void AssertClose(double expected, double? actual) => Assert.AreEqual(expected, actual!.Value, 1e-6 * expected);
}
