using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Interop.Native;
using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests.Networks;

/// <summary>Operators chosen for speed, against the formulas that they stand for.</summary>
[TestClass]
public class OperatorTests
{
    [TestMethod]
    public void Modulated_norm_is_the_norm_times_one_plus_scale_plus_shift()
    {
        using var scope = NewDisposeScope();
        using var norm = nn.GroupNorm(12, 12);
        Randomize(norm.weight!, norm.bias!);
        Tensor x = randn(3, 12, 5, 7), film = randn(3, 24);

        var expected = (norm.forward(x) * (1 + film.narrow(1, 0, 12)).view(3, 12, 1, 1)) + film.narrow(1, 12, 12).view(3, 12, 1, 1);

        Assert.IsLessThan(1e-5, Difference(Norms.Modulated(norm, x, film), expected));
    }

    [TestMethod]
    public void Memory_layout_does_not_change_the_modulated_norm()
    {
        using var scope = NewDisposeScope();
        using var norm = nn.GroupNorm(12, 12);
        Randomize(norm.weight!, norm.bias!);
        Tensor x = randn(3, 12, 5, 7), film = randn(3, 24);
        var channelsLast = x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);

        Assert.IsFalse(MemoryLayout.IsChannelsLast(x));
        Assert.IsTrue(MemoryLayout.IsChannelsLast(channelsLast));
        Assert.IsLessThan(1e-5, Difference(Norms.Modulated(norm, channelsLast, film), Norms.Modulated(norm, x, film)));
    }

    [TestMethod]
    public void Feature_maps_lie_pixel_by_pixel_only_where_bfloat16_samples()
    {
        using var scope = NewDisposeScope();
        var x = randn(2, 3, 4, 5);
        using var autocast = Autocast.Enter(ComputePrecision.BFloat16, TorchSharp.DeviceType.CPU);
        Assert.IsFalse(MemoryLayout.IsChannelsLast(MemoryLayout.Fastest(x)));

        using var guard = no_grad();
        var y = MemoryLayout.Fastest(x);

        // Nor where convolutions of such maps are wrong.
        Assert.AreEqual(ConvolutionCheck.OneDnn == OneDnnUse.AnyChannels, MemoryLayout.IsChannelsLast(y));
        Assert.AreEqual(0, Difference(y, x));
    }

    [TestMethod]
    public void Autocast_regions_may_be_nested()
    {
        using (Autocast.Enter(ComputePrecision.BFloat16, TorchSharp.DeviceType.CPU))
        {
            Autocast.Enter(ComputePrecision.BFloat16, TorchSharp.DeviceType.CPU)!.Dispose();
            Assert.IsTrue(Autocast.IsEnabled);
        }

        Assert.IsFalse(Autocast.IsEnabled);
    }

    [TestMethod]
    public void Gradients_of_the_modulated_norm_are_those_of_the_formula()
    {
        using var scope = NewDisposeScope();
        using var norm = nn.GroupNorm(8, 8);
        Randomize(norm.weight!, norm.bias!);
        Tensor x = randn(new long[] { 2, 8, 3, 3 }, requires_grad: true), film = randn(new long[] { 2, 16 }, requires_grad: true), target = randn(2, 8, 3, 3);
        Tensor[] inputs = [x, film, norm.weight!, norm.bias!];

        var plain = (norm.forward(x) * (1 + film.narrow(1, 0, 8)).view(2, 8, 1, 1)) + film.narrow(1, 8, 8).view(2, 8, 1, 1);
        var expected = autograd.grad([(plain * target).sum()], inputs);
        var actual = autograd.grad([(Norms.Modulated(norm, x, film) * target).sum()], inputs);

        for (int i = 0; i < inputs.Length; i++)
        {
            Assert.IsLessThan(1e-4, Difference(actual[i], expected[i]));
        }
    }

    [TestMethod]
    public void Scaled_norm_is_the_scale_times_the_norm()
    {
        using var scope = NewDisposeScope();
        using var norm = nn.GroupNorm(8, 8);
        Randomize(norm.weight!, norm.bias!);
        var x = randn(2, 8, 4, 4);

        Assert.IsLessThan(1e-5, Difference(Norms.Scaled(norm, x, 0.7), norm.forward(x) * 0.7));
    }

    [TestMethod]
    public void Operators_compute_in_what_the_table_says()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var autocast = Autocast.Enter(ComputePrecision.BFloat16, TorchSharp.DeviceType.CPU);
        using var group = nn.GroupNorm(8, 8);
        using var layer = nn.LayerNorm(8);
        using var conv = nn.Conv2d(8, 8, 3);
        using var dense = nn.Linear(8, 8);
        Randomize(group.weight!, group.bias!, layer.weight!, layer.bias!);
        foreach (var type in new[] { ScalarType.Float32, ScalarType.BFloat16 })
        {
            Tensor maps = randn(2, 8, 4, 4).to(type), tokens = randn(2, 4, 8).to(type), heads = randn(2, 2, 4, 8).to(type);
            Assert.AreEqual(Expected(NetworkOperator.Convolution), conv.forward(maps).dtype);
            Assert.AreEqual(Expected(NetworkOperator.Dense), dense.forward(tokens).dtype);
            Assert.AreEqual(Expected(NetworkOperator.Attention), ScaledDotProduct.Attend(heads, heads, heads).dtype);
            Assert.AreEqual(Expected(NetworkOperator.GroupNorm), Norms.Normalized(group, maps).dtype);
            Assert.AreEqual(Expected(NetworkOperator.LayerNorm), Norms.Normalized(layer, tokens).dtype);
            Assert.AreEqual(Expected(NetworkOperator.Swish), nn.functional.silu(maps).dtype);

            ScalarType Expected(NetworkOperator operation) => OperatorPrecision.ResultOf(operation, TorchSharp.DeviceType.CPU, type);
        }
    }

    [TestMethod]
    [DataRow(ScalarType.Float32, 1e-5)]
    [DataRow(ScalarType.BFloat16, 0.04)]
    public void Norms_with_cast_weights_are_norms(ScalarType type, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var group = nn.GroupNorm(8, 8);
        using var layer = nn.LayerNorm(8);
        Randomize(group.weight!, group.bias!, layer.weight!, layer.bias!);
        Tensor maps = randn(2, 8, 4, 4), tokens = randn(2, 4, 8);
        using var autocast = Autocast.Enter(ComputePrecision.BFloat16, TorchSharp.DeviceType.CPU);

        var actualMaps = Norms.Group(maps.to(type), group.num_groups, group.weight!, group.bias!, group.eps, OperandType.InputAndWeights);
        var actualTokens = Norms.Layer(tokens.to(type), layer.weight!, layer.bias, layer.eps, OperandType.InputAndWeights);

        Assert.AreEqual(type, actualMaps.dtype);
        Assert.AreEqual(type, actualTokens.dtype);
        Assert.IsLessThan(tolerance, Difference(actualMaps.to(ScalarType.Float32), Norms.Normalized(group, maps)));
        Assert.IsLessThan(tolerance, Difference(actualTokens.to(ScalarType.Float32), Norms.Normalized(layer, tokens)));

        // Outside of the norm autocast is as it was.
        Assert.AreEqual(ScalarType.BFloat16, tokens[0].mm(tokens[0].t()).dtype);
    }

    [TestMethod]
    [DataRow(ScalarType.Float32, 6, 6, 1e-5)]
    [DataRow(ScalarType.BFloat16, 6, 6, 0.03)]
    [DataRow(ScalarType.BFloat16, 5, 9, 0.03)]
    [DataRow(ScalarType.BFloat16, 1100, 3, 0.03)]
    public void Attention_is_the_softmax_of_scaled_products_times_the_values(ScalarType type, int queries, int keys, double tolerance)
    {
        using var scope = NewDisposeScope();
        Tensor query = randn(2, 3, queries, 16), key = randn(2, 3, keys, 16), value = randn(2, 3, keys, 16);

        var expected = matmul(nn.functional.softmax(matmul(query, key.transpose(-1, -2)) / 4, -1), value);
        var actual = ScaledDotProduct.Attend(query.to(type), key.to(type), value.to(type));

        Assert.AreEqual(type, actual.dtype);
        Assert.IsLessThan(tolerance, Difference(actual.to(ScalarType.Float32), expected));
    }

    [TestMethod]
    [DataRow(ScalarType.Float32, 1e-5)]
    [DataRow(ScalarType.BFloat16, 0.03)]
    public void Masked_keys_are_as_good_as_absent(ScalarType type, double tolerance)
    {
        using var scope = NewDisposeScope();
        Tensor query = randn(2, 3, 6, 16).to(type), key = randn(2, 3, 5, 16).to(type), value = randn(2, 3, 5, 16).to(type);
        var mask = tensor(new[] { true, true, false, false, false, true, true, true, true, false }, [2, 5]);

        var actual = ScaledDotProduct.Attend(query, key, value, mask).to(ScalarType.Float32);

        foreach (var (image, count) in new[] { (0, 2), (1, 4) })
        {
            var expected = ScaledDotProduct.Attend(query.narrow(0, image, 1), key.narrow(0, image, 1).narrow(2, 0, count), value.narrow(0, image, 1).narrow(2, 0, count));
            Assert.IsLessThan(tolerance, Difference(actual.narrow(0, image, 1), expected.to(ScalarType.Float32)));
        }
    }

    private static void Randomize(params Tensor[] parameters)
    {
        using var guard = no_grad();
        foreach (var parameter in parameters)
        {
            parameter.normal_();
        }
    }

    private static double Difference(Tensor actual, Tensor expected) => (actual - expected).abs().max().item<float>();
}
