using System.Globalization;
using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using Microsoft.ML.SimpleDiffusion.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Tests.Networks;

/// <summary>
/// The fixtures hold the names and shapes of the weights, and the numbers counted, of networks as they were before there were plans: names in files never
/// change.
/// </summary>
[TestClass]
public class NetworkPlanTests
{
    public static IEnumerable<object[]> Fixtures => Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Networks", "Fixtures"), "*.txt")
        .Order(StringComparer.Ordinal).Select(path => new object[] { Path.GetFileNameWithoutExtension(path) });

    public static IEnumerable<object[]> Networks =>
        from architecture in Enum.GetValues<NetworkArchitecture>()
        from patching in new[] { PatchingType.None, PatchingType.Dwt, PatchingType.Convolution }
        from kind in Enum.GetValues<ConditionKind>()
        from attends in architecture == NetworkArchitecture.UNet ? [false] : new[] { false, true }
        select new object[] { architecture, patching, kind.ToString(), attends };

    [TestMethod]
    [DynamicData(nameof(Fixtures))]
    public void Plan_has_the_weights_and_the_numbers_that_it_always_had(string name)
    {
        string[] expected = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Networks", "Fixtures", name + ".txt"));
        string[] parts = name.Split('-');
        var specification = Specification(Enum.Parse<NetworkArchitecture>(parts[0]), Enum.Parse<PatchingType>(parts[1]), Enum.Parse<ConditionKind>(parts[2]), attends: parts.Length > 3);
        var plan = NetworkPlan.Of(specification);

        string[] actual =
        [
            $"parameters {plan.ParameterCount}",
            $"flops {plan.Flops}",
            $"flops with 7 tokens {NetworkPlan.Of(specification, 7).Flops}",
            $"activation bytes {plan.ActivationBytesPerImage}",
            .. plan.Weights.Select(Text),
        ];

        CollectionAssert.AreEqual(expected, actual);
    }

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void Network_has_the_weights_of_its_plan_in_their_order(NetworkArchitecture architecture, PatchingType patching, string condition, bool attends)
    {
        using var network = SmallNetwork.Create(Specification(architecture, patching, Enum.Parse<ConditionKind>(condition), attends));

        string[] actual = [.. network.named_parameters().Select(named => Text(new WeightPlan(named.name, named.parameter.shape)))];

        CollectionAssert.AreEqual(network.Plan.Weights.Select(Text).ToArray(), actual);
        Assert.AreEqual(network.parameters().Sum(parameter => parameter.numel()), network.Plan.ParameterCount);
    }

    [TestMethod]
    public void Residual_network_keeps_less_and_has_no_weights_of_its_own()
    {
        var plain = NetworkPlan.Of(Specification(NetworkArchitecture.UVit, PatchingType.None, ConditionKind.Class, attends: false));
        var residual = NetworkPlan.Of(Specification(NetworkArchitecture.ResidualUVit, PatchingType.None, ConditionKind.Class, attends: false));

        Assert.IsLessThan(plain.ActivationBytesPerImage, residual.ActivationBytesPerImage);
        Assert.AreEqual(plain.Flops, residual.Flops);
        CollectionAssert.AreEqual(
            plain.Weights.Select(Text).Where(weight => !weight.Contains("skip_norm", StringComparison.Ordinal)).ToArray(), residual.Weights.Select(Text).ToArray());
    }

    [TestMethod]
    [DataRow(1, 1, 1)]
    [DataRow(24, 1, 24)]
    [DataRow(32, 1, 32)]
    [DataRow(48, 1, 24)]
    [DataRow(128, 1, 32)]
    [DataRow(1030, 1, 10)]
    [DataRow(2, 4, 1)]
    [DataRow(24, 4, 6)]
    [DataRow(32, 4, 8)]
    [DataRow(44, 4, 11)]
    [DataRow(46, 4, 2)]
    [DataRow(128, 4, 32)]
    [DataRow(256, 4, 32)]
    [DataRow(256, 16, 16)]
    public void Groups_of_a_norm_divide_its_channels_and_are_large_enough(int channels, int channelsPerGroup, int expected)
        => Assert.AreEqual(expected, new GroupNormPlan("norm", channels, channelsPerGroup).Groups);

    private static string Text(WeightPlan weight) => string.Create(CultureInfo.InvariantCulture, $"{weight.Name} [{string.Join(", ", weight.Shape)}]");

    private static NetworkSpecification Specification(NetworkArchitecture architecture, PatchingType patching, ConditionKind kind, bool attends)
    {
        bool isUNet = architecture == NetworkArchitecture.UNet;
        var options = new SimpleDiffusionOptions
        {
            ImageHeight = 32,
            ImageWidth = 48,
            Network = new NetworkOptions
            {
                Architecture = architecture,
                BaseChannels = 8,
                EmbeddingChannels = 16,
                ChannelMultipliers = [1, 2, 3],
                BlocksPerLevel = isUNet ? [2, 1, 1] : [2, 1],
                ChannelsPerGroup = 4,
                TransformerBlocks = 2,
                AttentionHeads = 2,
                AttentionResolutions = [4, 8],
                Patching = patching,
                PatchLevels = patching == PatchingType.Dwt ? 2 : 1,
                TransformerFromResolution = attends ? 16 : 0,
                PortraitFlag = kind == ConditionKind.Class,
                TextEncoder = new TextEncoderOptions { Width = 16, Depth = 2, Heads = 2, MaxLength = 32 },
            },
        };
        return SmallNetwork.Condition(kind).Specify(options);
    }
}
