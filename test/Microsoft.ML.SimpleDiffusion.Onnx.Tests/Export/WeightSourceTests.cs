using Microsoft.ML.SimpleDiffusion.Onnx.Export;
using Microsoft.ML.SimpleDiffusion.Onnx.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Tests.Export;

[TestClass]
public class WeightSourceTests
{
    [TestMethod]
    public void Forgotten_weights_fail_the_export_and_are_named()
    {
        using var model = NetworkCase.Create(NetworkCase.All[0].Configure());
        var weights = new WeightSource(model.Network);
        foreach (var weight in model.Network.Plan.Weights.Where(weight => weight.Name != "input.bias"))
        {
            weights.Use(weight.Name);
        }

        var error = Assert.ThrowsExactly<InvalidOperationException>(weights.RequireAllUsed);

        Assert.AreEqual("The ONNX export does not know what to do with the weights 'input.bias': nothing was written.", error.Message);
    }

    [TestMethod]
    public void Weight_that_the_network_does_not_have_is_named()
    {
        using var model = NetworkCase.Create(NetworkCase.All[0].Configure());

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => new WeightSource(model.Network).Use("nothing"));

        Assert.AreEqual("The network has no weight 'nothing'.", error.Message);
    }
}
