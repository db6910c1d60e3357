using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.Interop.Native;
using Microsoft.ML.SimpleDiffusion.Networks;
using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using Microsoft.ML.SimpleDiffusion.Networks.Text;
using Microsoft.ML.SimpleDiffusion.Tests.Support;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests.Networks.Text;

[TestClass]
public class TextNetworkTests
{
    private const int Side = 16;

    // Architecture, embeddings or bytes, and the height of the feature maps from which down there are transformer blocks.
    public static IEnumerable<object[]> Shapes =>
    [
        [NetworkArchitecture.UVit, nameof(ConditionKind.Text), 0],
        [NetworkArchitecture.UVit, nameof(ConditionKind.Text), 16],
        [NetworkArchitecture.UVit, nameof(ConditionKind.Embeddings), 0],
        [NetworkArchitecture.UVit, nameof(ConditionKind.Class), 16],
        [NetworkArchitecture.ResidualUVit, nameof(ConditionKind.Text), 16],
        [NetworkArchitecture.UNet, nameof(ConditionKind.Text), 0],
        [NetworkArchitecture.UNet, nameof(ConditionKind.Embeddings), 0],
    ];

    [TestMethod]
    [DynamicData(nameof(Shapes))]
    public void Gradient_reaches_every_parameter_with_and_without_activation_checkpointing(NetworkArchitecture architecture, string name, int transformerFrom)
    {
        using var scope = NewDisposeScope();
        var kind = Enum.Parse<ConditionKind>(name);
        var condition = SmallNetwork.Condition(kind);
        var specification = condition.Specify(Options(architecture, transformerFrom));
        using DenoisingNetwork plain = SmallNetwork.Create(specification), recomputing = SmallNetwork.Create(specification with { ActivationCheckpointing = true });
        var z = randn(3, 3, Side, Side);
        var conditions = ConditionTensors.Create(condition, SmallNetwork.Rows(kind), null, CPU);
        foreach (var network in new[] { plain, recomputing })
        {
            network.forward(z, tensor(new[] { -3f, 0f, 3f }), conditions).square().mean().backward();
        }

        // Where a tensor is used twice, its gradients may be added up in another order.
        foreach (var ((weight, expected), (_, actual)) in plain.named_parameters().Zip(recomputing.named_parameters()))
        {
            Assert.IsNotNull(expected.grad, weight);
            float size = expected.grad.abs().max().item<float>();
            Assert.IsGreaterThan(0f, size, weight);
            Assert.IsLessThanOrEqualTo(1e-6 + (1e-4 * size), (actual.grad! - expected.grad).abs().max().item<float>(), weight);
        }
    }

    [TestMethod]
    [DataRow(nameof(ConditionKind.Text), ComputePrecision.Float32, 2e-5)]
    [DataRow(nameof(ConditionKind.Text), ComputePrecision.BFloat16, 0.03)]
    [DataRow(nameof(ConditionKind.Embeddings), ComputePrecision.Float32, 2e-5)]
    public void Padding_changes_no_picture(string name, ComputePrecision precision, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var kind = Enum.Parse<ConditionKind>(name);
        var condition = SmallNetwork.Condition(kind);
        using var network = SmallNetwork.Create(condition.Specify(Options(NetworkArchitecture.UVit, transformerFrom: 0)));
        Tensor z = randn(3, 3, Side, Side), logSnr = tensor(new[] { -3f, 0f, 3f });
        using var autocast = Autocast.Enter(precision, TorchSharp.DeviceType.CPU);

        var together = network.forward(z, logSnr, ConditionTensors.Create(condition, SmallNetwork.Rows(kind), null, CPU)).to(ScalarType.Float32);

        for (int i = 0; i < 3; i++)
        {
            var alone = network.forward(z.narrow(0, i, 1), logSnr.narrow(0, i, 1), ConditionTensors.Create(condition, [SmallNetwork.Rows(kind)[i]], null, CPU)).to(ScalarType.Float32);
            Assert.IsLessThan(tolerance * alone.norm().item<float>(), (together[i] - alone[0]).norm().item<float>());
        }
    }

    [TestMethod]
    public void Order_of_the_bytes_counts()
    {
        using var scope = NewDisposeScope();
        var condition = SmallNetwork.Condition(ConditionKind.Text);
        using var network = SmallNetwork.Create(condition.Specify(Options(NetworkArchitecture.UVit, transformerFrom: 0)));
        RowCondition[] rows = [RowCondition.OfText("red on blue"u8.ToArray()), RowCondition.OfText("blue on red"u8.ToArray())];

        var pooled = network.Encode(ConditionTensors.Create(condition, rows, null, CPU)).EncodedText!.Value.Pooled;

        Assert.IsGreaterThan(0.05f, (pooled[0] - pooled[1]).abs().max().item<float>());
    }

    [TestMethod]
    public void Text_encoded_ahead_gives_the_same_prediction()
    {
        using var scope = NewDisposeScope();
        var condition = SmallNetwork.Condition(ConditionKind.Text);
        using var network = SmallNetwork.Create(condition.Specify(Options(NetworkArchitecture.UNet, transformerFrom: 0)));
        Tensor z = randn(3, 3, Side, Side), logSnr = tensor(new[] { -3f, 0f, 3f });
        var conditions = ConditionTensors.Create(condition, SmallNetwork.Rows(ConditionKind.Text), null, CPU);
        var encoded = network.Encode(conditions);

        Assert.AreEqual(encoded, network.Encode(encoded));

        // There is nothing left to encode.
        var ahead = network.forward(z, logSnr, encoded with { Text = null });
        Assert.AreEqual(0, (network.forward(z, logSnr, conditions) - ahead).abs().max().item<float>());
    }

    [TestMethod]
    public void Cross_attention_on_one_token_is_that_token_s_value()
    {
        using var scope = NewDisposeScope();
        const int channels = 8, width = 6;
        using var attention = new CrossAttention(new CrossAttentionPlan("x", channels, width, Heads: 2, Tokens: 5, TextTokens: 3));
        Fill(attention);
        Tensor x = randn(2, 5, channels), text = randn(2, 3, width), mask = tensor(new[] { true, false, false, true, false, false }, [2, 3]);
        var weights = attention.named_parameters().ToDictionary(p => p.name, p => (Tensor)p.parameter);

        var actual = attention.forward(x, text, mask);

        // Keys come first, then values.
        var first = text.narrow(1, 0, 1);
        var value = first.matmul(weights["key_value.weight"].narrow(0, channels, channels).t()) + weights["key_value.bias"].narrow(0, channels, channels);
        var expected = (value.matmul(weights["output.weight"].t()) + weights["output.bias"]).expand(2, 5, channels);
        Assert.IsLessThan(1e-5f, (actual - expected).abs().max().item<float>());
    }

    [TestMethod]
    public void Mean_leaves_padding_out()
    {
        using var scope = NewDisposeScope();
        Tensor tokens = tensor(new float[] { 1, 2, 3, 6, 99, 99 }, [1, 3, 2]), mask = tensor(new[] { true, true, false }, [1, 3]);

        CollectionAssert.AreEqual(new float[] { 2, 4 }, TextEncoder.MaskedMean(tokens, mask).data<float>().ToArray());
    }

    [TestMethod]
    public void Missing_embeddings_are_the_learned_token()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var condition = SmallNetwork.Condition(ConditionKind.Embeddings);
        using var encoder = TextEncoder.Create(NetworkPlan.Of(condition.Specify(Options(NetworkArchitecture.UVit, 0))).Text!);
        Fill(encoder);
        var weights = encoder.named_parameters().ToDictionary(p => p.name, p => (Tensor)p.parameter);

        var encoded = encoder.forward(ConditionTensors.Create(condition, [RowCondition.None, SmallNetwork.Rows(ConditionKind.Embeddings)[0]], null, CPU).Text!.Value);

        var expected = nn.functional.layer_norm(weights["no_text.weight"], [16], weights["norm.weight"], weights["norm.bias"])[0];
        Assert.IsLessThan(1e-5f, (encoded.Pooled[0] - expected).abs().max().item<float>());
        Assert.IsGreaterThan(0.1f, (encoded.Pooled[1] - expected).abs().max().item<float>());
    }

    [TestMethod]
    public void Text_is_refused_where_it_is_missing()
    {
        using var scope = NewDisposeScope();
        using var network = SmallNetwork.Create(SmallNetwork.Condition(ConditionKind.Text).Specify(Options(NetworkArchitecture.UVit, 0)));

        Assert.ThrowsExactly<ArgumentException>(() => network.forward(randn(1, 3, Side, Side), zeros(1), default));
    }

    private static void Fill(nn.Module module)
    {
        using var guard = no_grad();
        manual_seed(6);
        foreach (var parameter in module.parameters())
        {
            parameter.normal_();
        }
    }

    private static SimpleDiffusionOptions Options(NetworkArchitecture architecture, int transformerFrom)
    {
        var options = SmallNetwork.Options(architecture, Side, Side);
        options.Network.AttentionResolutions = [8];
        options.Network.TransformerFromResolution = transformerFrom;
        return options;
    }
}
