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
}
