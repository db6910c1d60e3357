using Microsoft.ML.SimpleDiffusion.Evaluation.Metrics;
using Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Support;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Metrics;

[TestClass]
public class FrechetDistanceTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(2048)]
    public void Unit_normals_whose_means_differ_by_one_are_as_far_apart_as_they_have_dimensions(int dimensions)
    {
        using var scope = NewDisposeScope();
        var covariance = eye(dimensions, dtype: ScalarType.Float64);

        double distance = FrechetDistance.Between(
            zeros(dimensions, dtype: ScalarType.Float64), covariance, ones(dimensions, dtype: ScalarType.Float64), covariance);

        Assert.AreEqual(dimensions, distance, 1e-9 * dimensions);
    }

    [TestMethod]
    public void Covariances_that_commute_are_apart_by_the_squared_differences_of_their_roots()
    {
        using var scope = NewDisposeScope();
        var mean = zeros(3, dtype: ScalarType.Float64);

        // (1 - 2)^2 + (3 - 1)^2 + (2 - 0)^2, the last covariance being singular.
        double distance = FrechetDistance.Between(mean, Diagonal(1, 9, 4), mean, Diagonal(4, 1, 0));

        Assert.AreEqual(9, distance, 1e-9);

        static Tensor Diagonal(params double[] values) => diag(tensor(values));
    }

    [TestMethod]
    public void Equal_distributions_are_apart_by_nothing_and_never_by_less()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        for (int i = 0; i < 20; i++)
        {
            var rows = randn(40, 64, dtype: ScalarType.Float64) * Math.Pow(10, i % 5);
            Tensor mean = rows.mean([0]), covariance = rows.t().matmul(rows) / 40;

            double distance = FrechetDistance.Between(mean, covariance, mean, covariance);

            Assert.IsGreaterThanOrEqualTo(0, distance);
            Assert.AreEqual(0, distance / covariance.trace().item<double>(), 1e-6);
        }
    }

    [TestMethod]
    public void Samples_that_differ_by_a_shift_alone_are_apart_by_its_square()
    {
        float[][] rows = FeatureViews.Normal(300, 16);
        double[][] moved = rows.Select(row => row.Select(value => (double)value + 1).ToArray()).ToArray();

        var metrics = FeatureViews.Context.ImageGeneration().Evaluate(FeatureViews.Doubles(moved), FeatureViews.Singles(rows), Only(ImageGenerationMetricTypes.FrechetDistance));

        Assert.AreEqual(16, metrics.FrechetDistance!.Value, 1e-9);
        Assert.IsNull(metrics.KernelDistance);
        Assert.IsNull(metrics.Precision);
        Assert.IsNull(metrics.NearestNeighbors);
    }

    [TestMethod]
    public void Statistics_gathered_in_blocks_are_those_of_all_rows()
    {
        // Wider than a panel, far from zero, in blocks of unequal size.
        using var scope = NewDisposeScope();
        using var generator = new Generator(1, CPU);
        var rows = randn([1000, 700], dtype: ScalarType.Float64, generator: generator) + 1e3;
        using FeatureStatistics whole = new(700), blocks = new(700);
        whole.Add(rows);
        foreach (var block in rows.split([1, 300, 7, 692]))
        {
            blocks.Add(block);
        }

        var centred = rows - rows.mean([0]);
        var covariance = centred.t().matmul(centred) / 999;
        Assert.AreEqual(1000, blocks.Count);
        Assert.IsTrue(blocks.Covariance().allclose(covariance, rtol: 0, atol: 1e-10));
        Assert.IsTrue(whole.Covariance().allclose(covariance, rtol: 0, atol: 1e-10));
        CollectionAssert.AreEqual(whole.GetMean().Select(mean => Math.Round(mean, 8)).ToArray(), blocks.GetMean().Select(mean => Math.Round(mean, 8)).ToArray());
    }

    [TestMethod]
    public void Features_that_never_vary_leave_the_distance_right()
    {
        float[][] rows = FeatureViews.Normal(50, 3).Select(row => (float[])[.. row, 7]).ToArray();
        float[][] moved = rows.Select(row => (float[])[row[0], row[1], row[2], 9]).ToArray();

        var metrics = FeatureViews.Context.ImageGeneration().Evaluate(FeatureViews.Singles(moved), FeatureViews.Singles(rows));

        Assert.AreEqual(4, metrics.FrechetDistance!.Value, 1e-9);
    }

    [TestMethod]
    public void One_row_has_no_covariance()
    {
        using var statistics = new FeatureStatistics(3);
        using var row = ones(1, 3);
        statistics.Add(row);

        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => statistics.FrechetDistance(statistics)).Message, "2 images or more");
    }

    [TestMethod]
    public void Statistics_of_other_features_cannot_be_compared()
    {
        using FeatureStatistics one = new(3), other = new(4);

        Assert.ThrowsExactly<ArgumentException>(() => one.FrechetDistance(other));
    }

    private static ImageGenerationEvaluationOptions Only(ImageGenerationMetricTypes metrics) => new() { Metrics = metrics };
}
