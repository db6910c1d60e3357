using Microsoft.ML.SimpleDiffusion.Samplers;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests.Samplers;

[TestClass]
public class ThresholdingTests
{
    [TestMethod]
    public void Static_threshold_clips_and_none_leaves_alone()
    {
        using var scope = NewDisposeScope();
        var images = tensor(new[] { -4f, -1f, 0.5f, 2f }).view(1, 1, 2, 2);

        CollectionAssert.AreEqual(new[] { -1f, -1f, 0.5f, 1f }, Thresholding.Of(new SamplingOptions { Thresholding = ThresholdingType.Static }).Apply(images).data<float>().ToArray());
        CollectionAssert.AreEqual(new[] { -4f, -1f, 0.5f, 2f }, Thresholding.Of(new SamplingOptions { Thresholding = ThresholdingType.None }).Apply(images).data<float>().ToArray());
    }

    [TestMethod]
    public void Dynamic_threshold_divides_by_the_quantile_and_never_enlarges()
    {
        using var scope = NewDisposeScope();
        var images = tensor(new[] { -4f, -2f, 1f, 2f, 0.1f, -0.2f, 0.3f, 0.2f }).view(2, 1, 2, 2);

        var result = new Thresholding(ThresholdingType.Dynamic, quantile: 1.0 / 3).Apply(images);

        // Sorted magnitudes of the first image: 1, 2, 2, 4; position 1/3 * 3 gives 2.
        CollectionAssert.AreEqual(new[] { -1f, -1f, 0.5f, 1f }, result[0].data<float>().ToArray());
        CollectionAssert.AreEqual(new[] { 0.1f, -0.2f, 0.3f, 0.2f }, result[1].data<float>().ToArray());
    }

    /// <summary>Sorted magnitudes 1, 2, 3, 5: between the second and the third at the middle, the last at the end.</summary>
    [TestMethod]
    public void Quantile_lies_between_two_magnitudes_and_the_whole_is_the_largest()
    {
        using var scope = NewDisposeScope();
        var images = tensor(new[] { -5f, 2f, -3f, 1f }).view(1, 1, 2, 2);

        CollectionAssert.AreEqual(new[] { -1f, 0.8f, -1f, 0.4f }, Apply(0.5));
        CollectionAssert.AreEqual(new[] { -1f, 0.4f, -0.6f, 0.2f }, Apply(1));

        float[] Apply(double quantile) => new Thresholding(ThresholdingType.Dynamic, quantile).Apply(images).data<float>().ToArray();
    }

    [TestMethod]
    public void Kind_that_does_not_exist_is_named()
    {
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => new Thresholding((ThresholdingType)99, 1).Apply(zeros(1)));

        Assert.AreEqual("Unknown thresholding '99'.", error.Message);
    }
}
