using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests.Networks;

/// <summary>Convolutions whose channels are filled up to blocks of 16 are the same convolutions. In float64, which libtorch computes itself on every machine.</summary>
[TestClass]
public class ConvolutionsTests
{
    [TestMethod]
    [DataRow(3, 16, 3, 1, 1, DisplayName = "the first layer")]
    [DataRow(16, 3, 3, 1, 1, DisplayName = "the last layer")]
    [DataRow(8, 24, 1, 1, 0, DisplayName = "a change of width")]
    [DataRow(16, 32, 3, 1, 1, DisplayName = "full blocks")]
    [DataRow(3, 10, 2, 2, 0, DisplayName = "patches of 2×2")]
    [DataRow(3, 10, 4, 4, 0, DisplayName = "patches of 4×4")]
    [DataRow(3, 10, 3, 2, 1, DisplayName = "a classifier's stride")]
    public void Blocks_that_are_filled_up_change_nothing(int inputs, int outputs, int kernel, int stride, int padding)
    {
        using var scope = NewDisposeScope();
        var layer = nn.Conv2d(inputs, outputs, kernel, stride: stride, padding: padding).to(ScalarType.Float64);
        AssertSame(layer, x => layer.forward(x), x => Convolutions.ConvolvedInBlocks(layer, x), inputs);
    }

    [TestMethod]
    public void Nor_do_they_where_edges_meet()
    {
        using var scope = NewDisposeScope();
        var layer = nn.Conv2d(3, 10, 3, padding: 1, padding_mode: PaddingModes.Circular).to(ScalarType.Float64);
        AssertSame(layer, x => layer.forward(x), x => Convolutions.ConvolvedInBlocks(layer, x), 3);
    }

    [TestMethod]
    public void Nor_do_they_without_a_bias()
    {
        using var scope = NewDisposeScope();
        var layer = nn.Conv2d(3, 10, 3, stride: 2, padding: 1, bias: false).to(ScalarType.Float64);
        AssertSame(layer, x => layer.forward(x), x => Convolutions.ConvolvedInBlocks(layer, x), 3);
    }

    [TestMethod]
    [DataRow(2)]
    [DataRow(4)]
    public void Nor_do_they_where_patches_become_pixels(int kernel)
    {
        using var scope = NewDisposeScope();
        var layer = nn.ConvTranspose2d(10, 3, kernel, stride: kernel).to(ScalarType.Float64);
        AssertSame(layer, x => layer.forward(x), x => Convolutions.ConvolvedInBlocks(layer, x), 10);
    }

    /// <summary>The same maps, with the same memory layout, and the same gradients of input and weights.</summary>
    private static void AssertSame(nn.Module layer, Func<Tensor, Tensor> plain, Func<Tensor, Tensor> inBlocks, int inputs)
    {
        manual_seed(1);
        Tensor x = randn(2, inputs, 8, 12, dtype: ScalarType.Float64);
        Tensor[] expected = Compute(plain), actual = Compute(inBlocks);
        Assert.HasCount(2 + layer.parameters().Count(), expected);
        foreach (var (wanted, found) in expected.Zip(actual))
        {
            Assert.IsTrue(found.is_contiguous());
            Assert.IsTrue(wanted.allclose(found, rtol: 1e-12, atol: 1e-12));
        }

        Tensor[] Compute(Func<Tensor, Tensor> convolve)
        {
            layer.zero_grad();
            var input = x.detach().clone().requires_grad_();
            var y = convolve(input);
            y.backward([arange(y.numel(), dtype: ScalarType.Float64).sin().view(y.shape)]);
            return [y.detach(), .. layer.parameters().Prepend(input).Select(parameter => parameter.grad!.clone())];
        }
    }
}
