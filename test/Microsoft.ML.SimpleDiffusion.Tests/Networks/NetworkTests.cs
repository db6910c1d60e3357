using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Interop.Native;
using Microsoft.ML.SimpleDiffusion.Networks;
using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using Microsoft.ML.SimpleDiffusion.Tests.Support;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests.Networks;

[TestClass]
public class NetworkTests
{
    private const int Classes = 3;

    // All networks with every patching, square and oblong, with odd numbers of pixels at the lowest level of the latter.
    public static IEnumerable<object[]> Shapes =>
        from architecture in Enum.GetValues<NetworkArchitecture>()
        from patching in new[] { (PatchingType.None, 1), (PatchingType.Dwt, 1), (PatchingType.Dwt, 2), (PatchingType.Convolution, 1), (PatchingType.Convolution, 2) }
        from size in new[] { (16, 16), (24, 8) }
        select new object[] { architecture, patching.Item1, patching.Item2, size.Item1, size.Item2 };

    [TestMethod]
    [DynamicData(nameof(Shapes))]
    public void Untrained_network_predicts_zero_in_the_shape_of_the_image(NetworkArchitecture architecture, PatchingType patching, int levels, int height, int width)
    {
        using var scope = NewDisposeScope();
        using var network = Create(Specification(architecture, patching, levels, height, width));

        var output = network.forward(randn(2, 3, height, width), tensor(new[] { -3f, 3f }), Conditions(0, Classes));

        CollectionAssert.AreEqual(new long[] { 2, 3, height, width }, output.shape);

        // The transposed convolution of patching by convolution comes after the layer that starts at zero; its bias is zero too.
        Assert.AreEqual(0, output.abs().max().item<float>());
    }

    [TestMethod]
    [DynamicData(nameof(Shapes))]
    public void Gradient_reaches_every_parameter(NetworkArchitecture architecture, PatchingType patching, int levels, int height, int width)
    {
        using var scope = NewDisposeScope();
        using var network = Create(Specification(architecture, patching, levels, height, width));
        SmallNetwork.MakeNonZero(network);

        network.forward(randn(2, 3, height, width), tensor(new[] { -3f, 3f }), Conditions(0, Classes)).square().mean().backward();

        foreach (var (name, parameter) in network.named_parameters())
        {
            Assert.IsNotNull(parameter.grad, name);
            Assert.IsGreaterThan(0f, parameter.grad.abs().max().item<float>(), name);
        }
    }

    [TestMethod]
    [DataRow(NetworkArchitecture.UVit, PatchingType.None)]
    [DataRow(NetworkArchitecture.UVit, PatchingType.Dwt)]
    [DataRow(NetworkArchitecture.UNet, PatchingType.None)]
    [DataRow(NetworkArchitecture.UNet, PatchingType.Convolution)]
    [DataRow(NetworkArchitecture.ResidualUVit, PatchingType.Dwt)]
    public void Sampling_in_bfloat16_uses_another_memory_layout_and_predicts_the_same(NetworkArchitecture architecture, PatchingType patching)
    {
        // Larger than the smallest, where norms over single numbers make the most of rounding.
        const int height = 16, width = 24;
        using var scope = NewDisposeScope();
        using var network = Create(Specification(architecture, patching, 1, height, width));
        SmallNetwork.MakeNonZero(network);
        network.eval();
        var (z, logSnr) = (randn(2, 3, height, width), tensor(new[] { -3f, 3f }));
        var exact = network.forward(z, logSnr, Conditions(0, Classes));

        using var autocast = Autocast.Enter(ComputePrecision.BFloat16, TorchSharp.DeviceType.CPU);
        var training = network.forward(z, logSnr, Conditions(0, Classes)).to(ScalarType.Float32);
        using var guard = no_grad();
        var sampling = network.forward(z, logSnr, Conditions(0, Classes)).to(ScalarType.Float32);

        double size = exact.norm().item<float>();
        Assert.IsLessThan(0.04 * size, (training - exact).norm().item<float>());
        Assert.IsLessThan(0.04 * size, (sampling - exact).norm().item<float>());
    }

    [TestMethod]
    [DynamicData(nameof(Shapes))]
    public void Activation_checkpointing_leaves_all_gradients_as_they_are(NetworkArchitecture architecture, PatchingType patching, int levels, int height, int width)
    {
        using var scope = NewDisposeScope();
        var specification = Specification(architecture, patching, levels, height, width);
        using DenoisingNetwork plain = Create(specification), recomputing = Create(specification with { ActivationCheckpointing = true });
        var z = randn(2, 3, height, width);
        foreach (var network in new[] { plain, recomputing })
        {
            SmallNetwork.MakeNonZero(network);
            network.forward(z, tensor(new[] { -3f, 3f }), Conditions(0, Classes)).square().mean().backward();
        }

        // Where a tensor is used twice, its gradients may be added up in another order.
        foreach (var ((name, expected), (_, actual)) in plain.named_parameters().Zip(recomputing.named_parameters()))
        {
            double difference = (actual.grad! - expected.grad!).abs().max().item<float>();
            Assert.IsLessThanOrEqualTo(1e-6 + (1e-4 * expected.grad!.abs().max().item<float>()), difference, name);
        }
    }

    [TestMethod]
    public void Initial_weights_are_a_function_of_the_seed()
    {
        // The constructors of libtorch leave the weights of norms uninitialised, which once gave a network of NaN.
        using var scope = NewDisposeScope();
        var specification = Specification(NetworkArchitecture.UVit, PatchingType.None, 1, 16, 16);
        using DenoisingNetwork first = Create(specification), second = Create(specification);
        foreach (var ((name, a), (_, b)) in first.named_parameters().Zip(second.named_parameters()))
        {
            Assert.IsTrue(a.isfinite().all().item<bool>(), name);
            Assert.IsTrue(a.data<float>().ToArray().SequenceEqual(b.data<float>().ToArray()), name);
            if (name.Contains("norm", StringComparison.Ordinal) && name.EndsWith("weight", StringComparison.Ordinal))
            {
                Assert.AreEqual(0, (a - 1).abs().max().item<float>(), name);
            }
        }
    }

    [TestMethod]
    public void Unconditional_network_has_no_table_of_classes()
    {
        using var scope = NewDisposeScope();
        var specification = Specification(NetworkArchitecture.UVit, PatchingType.None, 1, 16, 16) with { ClassCount = 0 };
        using var network = Create(specification);

        var output = network.forward(randn(2, 3, 16, 16), tensor(new[] { -3f, 3f }), default);

        CollectionAssert.AreEqual(new long[] { 2, 3, 16, 16 }, output.shape);
        CollectionAssert.DoesNotContain(network.named_parameters().Select(p => p.name).ToArray(), "embedding.classes.weight");
    }

    [TestMethod]
    public void UNet_drops_out_from_its_resolution_down_and_nowhere_above()
    {
        // The levels are 16 and 8 high.
        var specification = Specification(NetworkArchitecture.UNet, PatchingType.None, 1, 16, 16) with { Dropout = 0.5f, DropoutFromResolution = 8 };
        Assert.IsTrue(VariesInTraining(specification));
        Assert.IsFalse(VariesInTraining(specification with { DropoutFromResolution = 7 }));
        Assert.IsFalse(VariesInTraining(specification with { Dropout = 0 }));
    }

    [TestMethod]
    public void Residual_connection_goes_around_all_that_lies_below_a_level()
    {
        using var scope = NewDisposeScope();
        using var network = Create(Specification(NetworkArchitecture.ResidualUVit, PatchingType.None, 1, 16, 16));
        SmallNetwork.MakeNonZero(network);
        var modules = network.named_modules().ToDictionary(named => named.name, named => named.module);
        Tensor z = randn(2, 3, 16, 16), logSnr = tensor(new[] { -3f, 3f });
        var context = new BlockContext(((ConditionEmbedding)modules["embedding"]).forward(logSnr, Conditions(0, 1)), null);

        var beforeDown = ((StageBlock)modules["down.0.blocks.0"]).forward(Convolutions.Convolved((TorchSharp.Modules.Conv2d)modules["input"], z), context, null);
        var afterDown = ((Downsample)modules["down.0.downsample"]).forward(beforeDown);
        var tokens = Tokens.FromMaps(afterDown) + network.get_parameter("position_embedding")!;
        tokens = ((TransformerBlock)modules["transformer.1"]).forward(((TransformerBlock)modules["transformer.0"]).forward(tokens, context, null), context, null);
        var residual = ((Upsample)modules["up.0.upsample"]).forward(Tokens.ToMaps(tokens, afterDown) - afterDown) + beforeDown;
        var expected = ((OutputProjection)modules["output"]).forward(((StageBlock)modules["up.0.blocks.0"]).forward(residual, context, null));

        Assert.AreEqual(0, (network.forward(z, logSnr, Conditions(0, 1)) - expected).abs().max().item<float>());
    }

    [TestMethod]
    public void Embedding_is_scaled_by_the_shifted_limits_of_the_schedule()
    {
        // The same share of the way between the limits gives the same embedding, whatever the shift: appendix A, 'care needs to be taken'.
        using var scope = NewDisposeScope();
        var specification = Specification(NetworkArchitecture.UVit, PatchingType.None, 1, 16, 16);
        var shifted = NoiseSchedules.Create(new DiffusionOptions { NoiseResolution = 32 }, 256, 256);
        var plan = NetworkPlan.Of(specification).Embedding;
        using var plain = new ConditionEmbedding(plan, -15, 15, CPU);
        using var moved = new ConditionEmbedding(plan, shifted.LogSnrMin, shifted.LogSnrMax, CPU);
        foreach (var ((_, from), (_, to)) in plain.named_parameters().Zip(moved.named_parameters()))
        {
            using var guard = no_grad();
            to.copy_(from.normal_());
        }

        var classes = Conditions(0, 1, 2);
        var expected = plain.forward(tensor(new[] { -15f, 3f, 15f }), classes);
        var actual = moved.forward(tensor(new[] { -15f, 3f, 15f }) + (float)(2 * Math.Log(32.0 / 256)), classes);

        Assert.AreEqual(0, (expected - actual).abs().max().item<float>(), 1e-2);
        Assert.IsGreaterThan(0.1f, (expected - plain.forward(tensor(new[] { 0f, 0f, 0f }), classes)).abs().max().item<float>());
    }

    [TestMethod]
    public void Sinusoidal_features_agree_with_diffusers()
    {
        // huggingface/diffusers, tests/models/test_layers_utils.py (Apache-2.0): 64 features of 0 .. 127, rows 23 to 25, columns 47 to 49,
        // sine then cosine, downscale_freq_shift 1.
        float[] expected = [0.9646f, 0.9804f, 0.9892f, 0.9615f, 0.9787f, 0.9882f, 0.9582f, 0.9769f, 0.9872f];
        using var scope = NewDisposeScope();

        var features = ConditionEmbedding.Sinusoids(arange(128, dtype: ScalarType.Float32), ConditionEmbedding.Frequencies(64, CPU));

        float[] actual = features.narrow(0, 23, 3).narrow(1, 47, 3).contiguous().data<float>().ToArray();
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], actual[i], 1e-3);
        }
    }

    private static DenoisingNetwork Create(NetworkSpecification specification)
    {
        var network = DenoisingNetwork.Create(specification, -15, 15, CPU);
        WeightInitializer.Initialize(network, seed: 5);
        return network;
    }

    private static ImageConditions Conditions(params long[] classes) => new(tensor(classes), Portrait: null);

    private static bool VariesInTraining(NetworkSpecification specification)
    {
        using var scope = NewDisposeScope();
        using var network = Create(specification);
        SmallNetwork.MakeNonZero(network);
        network.train();
        Tensor z = randn(1, 3, 16, 16), logSnr = zeros(1);
        var classes = Conditions(0);
        return (network.forward(z, logSnr, classes) - network.forward(z, logSnr, classes)).abs().max().item<float>() > 1e-4;
    }

    private static NetworkSpecification Specification(NetworkArchitecture architecture, PatchingType patching, int patchLevels, int height, int width)
    {
        var options = SmallNetwork.Options(architecture, height, width);
        (options.Network.Patching, options.Network.PatchLevels) = (patching, patchLevels);
        return NetworkSpecification.Create(options, Classes);
    }
}
