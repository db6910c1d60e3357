using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests.Compute;

/// <summary>On a processor of a new kind libtorch's convolutions once gave garbage, and training learnt from it without a word.</summary>
[TestClass]
public class ConvolutionCheckTests
{
    /// <summary>Float64 is computed by libtorch itself; all else perhaps by oneDNN.</summary>
    [TestMethod]
    [DataRow(8, 8)]
    [DataRow(3, 16)]
    [DataRow(16, 3)]
    [DataRow(24, 40)]
    [DataRow(1, 64)]
    [DataRow(32, 32)]
    public void Convolutions_are_right_on_this_machine_once_a_device_was_chosen(int inputs, int outputs)
    {
        ComputeTarget.Resolve(new ComputeOptions { Device = ComputeDevice.Cpu });
        using var scope = NewDisposeScope();
        manual_seed(1);
        Tensor x = randn(4, inputs, 8, 8), gradient = randn(4, outputs, 8, 8);
        using var layer = nn.Conv2d(inputs, outputs, 3, padding: 1);
        for (int i = 0; i < 10; i++)
        {
            // What is freed lies about for the next convolution to find.
            full(100_000, float.NaN).Dispose();
            foreach (var (expected, actual) in Compute(ScalarType.Float64).Zip(Compute(ScalarType.Float32)))
            {
                Assert.IsLessThan(1e-4, ((expected - actual).abs().max() / expected.abs().max()).item<double>());
            }
        }

        Tensor[] Compute(ScalarType type)
        {
            layer.zero_grad();
            layer.to(type);
            var z = x.to(type, copy: true).requires_grad_();
            var y = type == ScalarType.Float64 ? layer.forward(z) : Convolutions.Convolved(layer, z);
            y.backward([gradient.to(type)]);
            return [y.detach(), z.grad!, layer.weight.grad!.clone()];
        }
    }

    [TestMethod]
    public void Where_no_filling_helps_oneDNN_is_off_the_precision_is_float32_and_users_are_told()
    {
        var target = ComputeTarget.Resolve(new ComputeOptions { Device = ComputeDevice.Cpu });
        if (ConvolutionCheck.OneDnn != OneDnnUse.None)
        {
            Assert.IsNull(target.Warning);
            Assert.AreEqual(ConvolutionCheck.OneDnn == OneDnnUse.FullBlocks, target.Describe().EndsWith(", with channels in sixteens for oneDNN", StringComparison.Ordinal));
            Assert.DoesNotContain("without oneDNN", target.Describe());
            return;
        }

        Assert.AreEqual(ConvolutionCheck.Warning, target.Warning);
        Assert.AreEqual("cpu in Float32, without oneDNN", target.Describe());
        var context = new MLContext(1);
        var warnings = new List<string>();
        context.Log += (_, e) => warnings.Add(e.Message);
        context.Transforms.SimpleDiffusion(TinyData.Options(steps: 1)).Fit(TinyData.View(context)).Dispose();
        Assert.ContainsSingle(warnings.Where(message => message.Contains(ConvolutionCheck.Warning, StringComparison.Ordinal)));
    }
}
