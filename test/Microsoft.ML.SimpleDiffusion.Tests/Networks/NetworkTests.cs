using Microsoft.ML.SimpleDiffusion.Networks;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests.Networks;

[TestClass]
public class NetworkTests
{
    private const int Classes = 3;

    public static IEnumerable<object[]> Shapes =>
    [
        [NetworkArchitecture.UVit, PatchingType.None, 1, 16, 16],
        [NetworkArchitecture.UVit, PatchingType.None, 1, 8, 24],
        [NetworkArchitecture.UVit, PatchingType.Dwt, 1, 16, 16],
        [NetworkArchitecture.UVit, PatchingType.Dwt, 2, 32, 16],
        [NetworkArchitecture.UVit, PatchingType.Convolution, 1, 16, 16],
        [NetworkArchitecture.UVit, PatchingType.Convolution, 2, 16, 32],
        [NetworkArchitecture.UNet, PatchingType.None, 1, 16, 16],
        [NetworkArchitecture.UNet, PatchingType.Dwt, 1, 32, 16],
        [NetworkArchitecture.UNet, PatchingType.Convolution, 2, 32, 32],
    ];

    [TestMethod]
    [DynamicData(nameof(Shapes))]
    public void Untrained_network_predicts_zero_in_the_shape_of_the_image(NetworkArchitecture architecture, PatchingType patching, int levels, int height, int width)
    {
        using var scope = NewDisposeScope();
        using var network = Create(Specification(architecture, patching, levels, height, width));

        var output = network.forward(randn(2, 3, height, width), tensor(new[] { -3f, 3f }), tensor(new long[] { 0, Classes }));

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
        MakeNonZero(network);

        network.forward(randn(2, 3, height, width), tensor(new[] { -3f, 3f }), tensor(new long[] { 0, Classes })).square().mean().backward();

        foreach (var (name, parameter) in network.named_parameters())
        {
            Assert.IsNotNull(parameter.grad, name);
            Assert.IsGreaterThan(0f, parameter.grad.abs().max().item<float>(), name);
        }
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
            MakeNonZero(network);
            network.forward(z, tensor(new[] { -3f, 3f }), tensor(new long[] { 0, Classes })).square().mean().backward();
        }

        // Where a tensor is used twice, its gradients may be added up in another order.
        foreach (var ((name, expected), (_, actual)) in plain.named_parameters().Zip(recomputing.named_parameters()))
        {
            double difference = (actual.grad! - expected.grad!).abs().max().item<float>();
            Assert.IsLessThanOrEqualTo(1e-6 + (1e-4 * expected.grad!.abs().max().item<float>()), difference, name);
        }
    }

    [TestMethod]
    [DynamicData(nameof(Shapes))]
    public void Cost_by_arithmetic_has_the_number_of_parameters_of_the_network(NetworkArchitecture architecture, PatchingType patching, int levels, int height, int width)
    {
        var specification = Specification(architecture, patching, levels, height, width);
        using var network = Create(specification);

        Assert.AreEqual(network.parameters().Sum(p => p.numel()), NetworkCost.Of(specification).Parameters);
    }

    [TestMethod]
    public void Paper_sized_uvit_has_two_billion_parameters()
    {
        // Appendix B.2, 512x512: 'U-ViT 2B', of which the main text speaks as 2 billion parameters.
        var specification = Specification(NetworkArchitecture.UVit, PatchingType.Dwt, 2, 512, 512) with
        {
            BaseChannels = 128,
            EmbeddingChannels = 1024,
            ChannelMultipliers = [1, 2, 4, 16],
            BlocksPerLevel = [2, 2, 2],
            TransformerBlocks = 36,
            AttentionHeads = 4,
            ClassCount = 1000,
        };

        Assert.AreEqual(2.4e9, NetworkCost.Of(specification).Parameters, 0.15e9);
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
    public void Names_of_the_weights_are_frozen()
    {
        using var network = Create(Specification(NetworkArchitecture.UVit, PatchingType.None, 1, 16, 16));
        string[] names = network.named_parameters().Select(p => p.name).ToArray();

        foreach (string name in new[]
        {
            "embedding.dense1.weight", "embedding.dense2.bias", "embedding.classes.weight", "input.weight", "down.0.blocks.0.norm1.weight",
            "down.0.blocks.0.conv1.weight", "down.0.blocks.0.film.weight", "down.0.downsample.conv.weight", "position_embedding",
            "transformer.0.mlp.norm.weight", "transformer.0.mlp.expand.weight", "transformer.0.mlp.film.weight", "transformer.0.mlp.contract.weight",
            "transformer.0.attention.norm.weight", "transformer.0.attention.qkv.weight", "transformer.0.attention.query_norm.bias",
            "transformer.0.attention.output.weight", "up.0.upsample.conv.weight", "up.0.blocks.0.skip_norm.weight", "output.norm.weight", "output.conv.weight",
        })
        {
            CollectionAssert.Contains(names, name);
        }
    }

    [TestMethod]
    public void Sinusoidal_features_agree_with_diffusers()
    {
        // huggingface/diffusers, tests/models/test_layers_utils.py (Apache-2.0): 64 features of 0 .. 127, rows 23 to 25, columns 47 to 49,
        // sine then cosine, downscale_freq_shift 1.
        float[] expected = [0.9646f, 0.9804f, 0.9892f, 0.9615f, 0.9787f, 0.9882f, 0.9582f, 0.9769f, 0.9872f];
        using var scope = NewDisposeScope();

        var features = SinusoidalFeatures.Of(arange(128, dtype: ScalarType.Float32), SinusoidalFeatures.Frequencies(64, CPU));

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

    /// <summary>Layers that start at zero would hide what lies before them.</summary>
    private static void MakeNonZero(DenoisingNetwork network)
    {
        using var guard = no_grad();
        manual_seed(6);
        foreach (var block in network.modules().OfType<IZeroInitialized>())
        {
            foreach (var parameter in block.ZeroInitialized.parameters())
            {
                parameter.normal_(0, 0.1);
            }
        }
    }

    private static NetworkSpecification Specification(NetworkArchitecture architecture, PatchingType patching, int patchLevels, int height, int width)
    {
        bool isUNet = architecture == NetworkArchitecture.UNet;
        var options = new SimpleDiffusionOptions
        {
            ImageHeight = height,
            ImageWidth = width,
            Network = new NetworkOptions
            {
                Architecture = architecture,
                BaseChannels = 8,
                EmbeddingChannels = 16,
                ChannelMultipliers = [1, 2],
                BlocksPerLevel = isUNet ? [1, 1] : [1],
                TransformerBlocks = 2,
                AttentionHeads = 2,
                AttentionResolutions = [4, 8],
                Patching = patching,
                PatchLevels = patchLevels,
            },
        };
        return NetworkSpecification.Create(options, Classes);
    }
}
