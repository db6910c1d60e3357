using Microsoft.ML.SimpleDiffusion.Samplers;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests.Samplers;

[TestClass]
public class GuidanceTests
{
    [TestMethod]
    public void Guidance_extrapolates_from_the_unconditional_prediction()
    {
        using var scope = NewDisposeScope();
        Tensor conditional = full(1, 1, 1, 1, value: 3f), unconditional = full(1, 1, 1, 1, value: 1f);

        Assert.AreEqual(5, Guidance.Combine(conditional, unconditional, scale: 2).item<float>(), 1e-6);
        Assert.AreEqual(3, Guidance.Combine(conditional, unconditional, scale: 1).item<float>(), 1e-6);
    }

    [TestMethod]
    public void Full_rescale_restores_the_spread_of_the_conditional_prediction()
    {
        using var scope = NewDisposeScope();
        manual_seed(4);
        Tensor conditional = randn(2, 3, 8, 8), guided = 3 * randn(2, 3, 8, 8);

        var rescaled = Guidance.Rescale(guided, conditional, strength: 1);

        Assert.IsLessThan(1e-4f, (rescaled.std([1, 2, 3]) - conditional.std([1, 2, 3])).abs().max().item<float>());
    }

    /// <summary>Guided by 3: 0 and 6, of deviation 3, where the conditional prediction's is 1. A quarter of the way back: times 1/4 * 1/3 + 3/4.</summary>
    [TestMethod]
    public void Prediction_is_guided_and_then_scaled_back_as_far_as_asked()
    {
        using var scope = NewDisposeScope();
        Tensor conditional = tensor(new[] { 0f, 2f }).view(1, 1, 1, 2), unconditional = zeros_like(conditional);

        CollectionAssert.AreEqual(new[] { 0f, 6f }, Apply(rescale: 0));
        CollectionAssert.AreEqual(new[] { 0f, 5f }, Apply(rescale: 0.25f));
        CollectionAssert.AreEqual(new[] { 0f, 2f }, Apply(rescale: 1));

        float[] Apply(float rescale)
            => Guidance.Apply(conditional, unconditional, new SamplingOptions { GuidanceScale = 3, GuidanceRescale = rescale }).data<float>().ToArray();
    }

    [TestMethod]
    public void Flat_prediction_has_no_spread_to_restore_and_stays_finite()
    {
        using var scope = NewDisposeScope();
        Tensor conditional = full(1, 1, 2, 2, value: 3f), unconditional = full(1, 1, 2, 2, value: 1f);

        var guided = Guidance.Apply(conditional, unconditional, new SamplingOptions { GuidanceScale = 2 });

        Assert.AreEqual(5, guided.max().item<float>(), 1e-6);
        Assert.AreEqual(5, guided.min().item<float>(), 1e-6);
    }
}
