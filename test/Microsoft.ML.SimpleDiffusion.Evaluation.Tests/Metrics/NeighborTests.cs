using Microsoft.ML.SimpleDiffusion.Evaluation.Metrics;
using Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Support;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Metrics;

[TestClass]
public class NeighborTests
{
    private static readonly ImageGenerationCatalog Catalog = FeatureViews.Context.ImageGeneration();

    [TestMethod]
    public void A_set_covers_itself_and_lies_within_itself()
    {
        var view = FeatureViews.Singles(FeatureViews.Normal(40, 4));

        var metrics = Catalog.Evaluate(view, view);

        Assert.AreEqual(1, metrics.Precision);
        Assert.AreEqual(1, metrics.Recall);
        Assert.AreEqual(1, metrics.Coverage);
    }

    [TestMethod]
    public void Sets_that_are_far_apart_have_nothing_in_common()
    {
        var metrics = Catalog.Evaluate(FeatureViews.Singles(FeatureViews.Normal(40, 4, shift: 100)), FeatureViews.Singles(FeatureViews.Normal(40, 4, seed: 2)));

        Assert.AreEqual(0, metrics.Precision);
        Assert.AreEqual(0, metrics.Recall);
        Assert.AreEqual(0, metrics.Density);
        Assert.AreEqual(0, metrics.Coverage);
    }

    [TestMethod]
    public void A_few_points_of_a_line_are_counted_by_hand()
    {
        // With one neighbour the balls of 0, 1, 3, 10 have radii 1, 1, 2, 7; those of 2, 100 have 98. All of 2's neighbours are among its ball.
        var options = new ImageGenerationEvaluationOptions { PrecisionAndRecallNeighbors = 1, DensityAndCoverageNeighbors = 1 };

        var metrics = Catalog.Evaluate(FeatureViews.Doubles([[2], [100]]), FeatureViews.Doubles([[0], [1], [3], [10]]), options);

        Assert.AreEqual(0.5, metrics.Precision);
        Assert.AreEqual(1, metrics.Recall);

        // 2 lies 2 from 0 (radius 1: no), 1 from 1 (yes), 1 from 3 (yes), 8 from 10 (radius 7: no).
        Assert.AreEqual(1, metrics.Density);
        Assert.AreEqual(0.5, metrics.Coverage);
    }

    [TestMethod]
    public void Small_tiles_give_what_one_large_tile_gives()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1, CPU);
        Tensor reference = randn([101, 6], generator: generator), generated = randn([67, 6], generator: generator) + 0.5;

        var large = Measure(128);

        Assert.AreEqual(large, Measure(16));
        Assert.AreEqual(large, Measure(3));
        Assert.IsLessThan(1, large.Precision);

        (double Precision, double Recall, double Density, double Coverage) Measure(int side)
        {
            var origin = reference.mean([0]);
            using PointSet points = PointSet.Euclidean(generated, origin, side), referencePoints = PointSet.Euclidean(reference, origin, side);
            return new NeighborBalls(referencePoints, points, side, CancellationToken.None).Measure(3, 5);
        }
    }

    [TestMethod]
    public void A_megabyte_gives_what_much_memory_gives()
    {
        var generated = FeatureViews.Singles(FeatureViews.Normal(150, 1024, shift: 0.02f));
        var reference = FeatureViews.Singles(FeatureViews.Normal(200, 1024, seed: 2));

        ImageGenerationMetrics much = Evaluate(megabytes: 256), little = Evaluate(megabytes: 1);

        Assert.IsLessThan(150, DistanceTiles.Side(1 << 20, 1024, sizeof(float)));
        Assert.AreEqual((much.Precision, much.Recall, much.Density, much.Coverage), (little.Precision, little.Recall, little.Density, little.Coverage));
        CollectionAssert.AreEqual(much.NearestNeighbors!.Indices.ToArray(), little.NearestNeighbors!.Indices.ToArray());

        ImageGenerationMetrics Evaluate(int megabytes) => Catalog.Evaluate(generated, reference, new ImageGenerationEvaluationOptions
        {
            Metrics = ImageGenerationMetricTypes.PrecisionAndRecall | ImageGenerationMetricTypes.DensityAndCoverage | ImageGenerationMetricTypes.NearestNeighbors,
            BlockMegabytes = megabytes,
        });
    }

    [TestMethod]
    [DataRow(1L << 20, 2048, 4)]
    [DataRow(256L << 20, 2048, 4)]
    [DataRow(64L << 20, 64, 8)]
    public void A_tile_and_what_it_is_made_of_fit_into_the_memory_given(long bytes, int dimension, int bytesPerNumber)
    {
        long side = DistanceTiles.Side(bytes, dimension, bytesPerNumber);

        long needed = ((3 * side * side) + (2 * side * dimension)) * bytesPerNumber;
        Assert.IsLessThanOrEqualTo(bytes, needed);
        Assert.IsGreaterThan(0.9 * bytes, needed);
    }

    [TestMethod]
    [DataRow(FeatureDistance.Euclidean)]
    [DataRow(FeatureDistance.Cosine)]
    public void Copies_of_reference_images_are_found_at_distance_zero(FeatureDistance distance)
    {
        float[][] training = FeatureViews.Normal(200, 8, shift: 1000);
        int[] copied = [17, 3, 199, 3];
        var options = new ImageGenerationEvaluationOptions { NearestNeighborDistance = distance, Metrics = ImageGenerationMetricTypes.NearestNeighbors };

        var metrics = Catalog.Evaluate(
            FeatureViews.Singles(copied.Select(i => training[i]).ToArray()), FeatureViews.Singles(training), options, heldOut: FeatureViews.Singles(FeatureViews.Normal(5, 8, shift: 1000, seed: 2)));

        CollectionAssert.AreEqual(copied.Select(i => (long)i).ToArray(), metrics.NearestNeighbors!.Indices.ToArray());
        Assert.AreEqual(0, metrics.NearestNeighbors.Percentile(100));
        Assert.IsGreaterThan(0, metrics.HeldOutNearestNeighbors!.Percentile(0));
    }

    [TestMethod]
    public void Distances_to_the_nearest_are_lengths_or_angles()
    {
        var reference = FeatureViews.Doubles([[3, 4], [-1, 0], [0, 0]]);
        var generated = FeatureViews.Doubles([[6, 8], [-1, 1]]);

        var lengths = Catalog.Evaluate(generated, reference).NearestNeighbors!;
        var angles = Catalog.Evaluate(generated, reference, new ImageGenerationEvaluationOptions { NearestNeighborDistance = FeatureDistance.Cosine }).NearestNeighbors!;

        CollectionAssert.AreEqual(new double[] { 5, 1 }, lengths.Distances.ToArray());
        Assert.AreEqual(3, lengths.Mean);
        Assert.AreEqual(2, lengths.Percentile(25));
        Assert.AreEqual(0, angles.Distances[0], 1e-12);
        Assert.AreEqual(1 - Math.Sqrt(0.5), angles.Distances[1], 1e-12);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => lengths.Percentile(101));
    }
}
