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
}
