using System.Reflection;
using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Networks;
using Microsoft.ML.SimpleDiffusion.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests.Networks;

/// <summary>
/// TorchSharp frees a module's tensors when it moves the module, and knows the fields that hold them by name only. A field that it did not find once made
/// every U-ViT fail on its first forward pass after the move to a GPU.
/// </summary>
[TestClass]
public class MovedNetworkTests
{
    // Architecture, patching, condition, portrait flag, and height from which down there are transformer blocks.
    public static IEnumerable<object[]> Networks =>
        from architecture in Enum.GetValues<NetworkArchitecture>()
        from patching in new[] { PatchingType.None, PatchingType.Dwt, PatchingType.Convolution }
        from kind in Enum.GetValues<ConditionKind>()
        from transformerFrom in architecture == NetworkArchitecture.UNet ? [0] : new[] { 0, 16 }
        select new object[] { architecture, patching, kind.ToString(), transformerFrom };

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void Every_field_is_alive_after_a_move(NetworkArchitecture architecture, PatchingType patching, string condition, int transformerFrom)
    {
        using var network = Create(architecture, patching, condition, transformerFrom);

        // Tensors of a moved module must not belong to a scope that happens to be open.
        using (NewDisposeScope())
        {
            network.to(ScalarType.Float64);
        }

        AssertFields(network, tensor => tensor.dtype == ScalarType.Float64);
        network.to(META);
        AssertFields(network, tensor => tensor.device_type == DeviceType.META);
    }

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void Moved_network_predicts_and_learns_as_before(NetworkArchitecture architecture, PatchingType patching, string condition, int transformerFrom)
    {
        using var scope = NewDisposeScope();
        using var network = Create(architecture, patching, condition, transformerFrom);
        var (expected, expectedGradients) = PredictAndLearn(network, condition, ScalarType.Float32);

        network.to(ScalarType.Float64);
        foreach (var parameter in network.parameters())
        {
            parameter.grad = null;
        }

        var (actual, actualGradients) = PredictAndLearn(network, condition, ScalarType.Float64);

        Assert.AreEqual(ScalarType.Float64, actual.dtype);
        AssertClose("prediction", expected, actual);
        foreach (var (name, gradient) in expectedGradients)
        {
            AssertClose(name, gradient, actualGradients[name]);
        }
    }

    private static DenoisingNetwork Create(NetworkArchitecture architecture, PatchingType patching, string condition, int transformerFrom)
    {
        var options = SmallNetwork.Options(architecture, height: 16, width: 24);
        options.Network.Patching = patching;
        options.Network.PatchLevels = 1;
        options.Network.TransformerFromResolution = transformerFrom;
        options.Network.PortraitFlag = true;
        return SmallNetwork.Create(SmallNetwork.Condition(Enum.Parse<ConditionKind>(condition)).Specify(options));
    }

    private static (Tensor Prediction, Dictionary<string, Tensor> Gradients) PredictAndLearn(DenoisingNetwork network, string condition, ScalarType type)
    {
        var kind = Enum.Parse<ConditionKind>(condition);
        manual_seed(9);
        Tensor x = randn(3, 3, 16, 24).to(type), noise = randn(3, 3, 16, 24).to(type);
        var logSnr = tensor(new[] { -3f, 0.5f, 3f }).to(type);
        var conditions = ConditionTensors.Create(SmallNetwork.Condition(kind), SmallNetwork.Rows(kind), [false, true, false], CPU)
            .Map(tensor => tensor.is_floating_point() ? tensor.to(type) : tensor);
        var prediction = network.forward(ForwardProcess.Diffuse(x, noise, logSnr), logSnr, conditions);
        SquaredError.Mean(prediction - ForwardProcess.Target(PredictionType.V, x, noise, logSnr)).mean().backward();
        return (prediction.detach(), network.named_parameters().ToDictionary(p => p.name, p => p.parameter.grad!));
    }

    private static void AssertClose(string name, Tensor expected, Tensor actual)
    {
        double size = actual.abs().max().item<double>();
        Assert.IsLessThanOrEqualTo(1e-6 + (5e-4 * size), (actual - expected.to(ScalarType.Float64)).abs().max().item<double>(), name);
    }

    private static void AssertFields(DenoisingNetwork network, Func<Tensor, bool> isMoved)
    {
        foreach (var (name, module) in network.named_modules().Prepend((string.Empty, network)))
        {
            for (var type = module.GetType(); type is not null; type = type.BaseType)
            {
                foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                {
                    if (field.GetValue(module) is Tensor tensor)
                    {
                        Assert.IsFalse(tensor.IsInvalid, $"{name}: {type.Name}.{field.Name} has been freed");
                        Assert.IsTrue(isMoved(tensor), $"{name}: {type.Name}.{field.Name} has stayed where it was");
                    }
                }
            }
        }
    }
}
