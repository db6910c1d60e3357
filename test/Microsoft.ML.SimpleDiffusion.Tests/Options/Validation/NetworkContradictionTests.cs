namespace Microsoft.ML.SimpleDiffusion.Tests.Options.Validation;

/// <summary>Numbers of the network that do not fit each other or the image.</summary>
[TestClass]
public class NetworkContradictionTests
{
    public static IEnumerable<object[]> Contradictions =>
    [
        Case("Network.ChannelMultipliers", "must have 1 to 12 entries of 1 to 64", n => (n.ChannelMultipliers, n.BlocksPerLevel) = ([1, 0], [1])),
        Case("Network.ChannelMultipliers", "must have 1 to 12 entries of 1 to 64", n => (n.ChannelMultipliers, n.BlocksPerLevel) = ([1, 65], [1])),
        Case("Network.ChannelMultipliers", "must have 1 to 12 entries of 1 to 64", n => (n.ChannelMultipliers, n.BlocksPerLevel) = (Many(13), Many(12))),
        Case("Network.BlocksPerLevel", "must have 1 entries of 1 to 64 (one less than entries of Network.ChannelMultipliers)", n => (n.ChannelMultipliers, n.BlocksPerLevel) = ([1, 2], [1, 1])),
        Case("Network.BlocksPerLevel", "must have 1 entries of 1 to 64 (one less than entries of Network.ChannelMultipliers)", n => (n.ChannelMultipliers, n.BlocksPerLevel) = ([1, 2], [0])),
        Case("Network.BlocksPerLevel", "must have 1 entries of 1 to 64 (one less than entries of Network.ChannelMultipliers)", n => (n.ChannelMultipliers, n.BlocksPerLevel) = ([1, 2], [65])),
        Case("Network.BlocksPerLevel", "must have 2 entries of 1 to 64 (one per entry of Network.ChannelMultipliers)", n => (n.Architecture, n.ChannelMultipliers, n.BlocksPerLevel) = (NetworkArchitecture.UNet, [1, 2], [1])),
        Case("Network.AttentionHeads", "must divide the 64 channels at which attention is used", n => (n.BaseChannels, n.ChannelMultipliers, n.AttentionHeads) = (32, [1, 2], 3)),
        Case("Network.AttentionHeads", "must divide the 32 channels at which attention is used", n => (n.BaseChannels, n.ChannelMultipliers, n.AttentionHeads, n.TransformerFromResolution) = (32, [1, 3], 3, 64)),
        Case("Network.AttentionHeads", "must divide the 32 channels at which attention is used", n => (n.Architecture, n.BaseChannels, n.ChannelMultipliers, n.AttentionHeads, n.AttentionResolutions) = (NetworkArchitecture.UNet, 32, [1, 3], 3, [64])),
        Case("Network.AttentionHeads", "must divide the 64 channels at which attention is used", n => (n.Architecture, n.BaseChannels, n.ChannelMultipliers, n.AttentionHeads, n.AttentionResolutions) = (NetworkArchitecture.UNet, 32, [3, 2], 3, [])),
        Case("Network.AttentionResolutions", "must hold heights of the network's feature maps, which are 64, 32, 16", n => (n.Architecture, n.AttentionResolutions) = (NetworkArchitecture.UNet, [16, 8])),
        Case("Network.DropoutFromResolution", "must be 16, the height of the lowest feature maps, or more, or nothing drops out", n => (n.Architecture, n.Dropout, n.DropoutFromResolution) = (NetworkArchitecture.UNet, 0.1f, 15)),
        Case("Network.TransformerFromResolution", "must be 0 or the height of a level above the lowest (64, 32)", n => n.TransformerFromResolution = 16),
        Case("Network.TransformerFromResolution", "must be 0 or the height of a level above the lowest (64, 32)", n => n.TransformerFromResolution = 1),
        Case("Network.TransformerFromResolution", "must be 0 in a U-Net, whose Network.AttentionResolutions say where it uses attention", n => (n.Architecture, n.TransformerFromResolution) = (NetworkArchitecture.UNet, 32)),
    ];

    public static IEnumerable<object[]> Agreements =>
    [
        Case("one level", n => (n.ChannelMultipliers, n.BlocksPerLevel) = ([1], [])),
        Case("64 times the channels", n => (n.ChannelMultipliers, n.BlocksPerLevel) = ([1, 64], [64])),
        Case("blocks of a U-Net", n => (n.Architecture, n.ChannelMultipliers, n.BlocksPerLevel) = (NetworkArchitecture.UNet, [1, 2], [1, 64])),
        Case("heads that the lowest level alone can have", n => (n.BaseChannels, n.ChannelMultipliers, n.AttentionHeads) = (32, [1, 3], 3)),
        Case("heads of a U-Net that attends below", n => (n.Architecture, n.BaseChannels, n.ChannelMultipliers, n.AttentionHeads, n.AttentionResolutions) = (NetworkArchitecture.UNet, 32, [1, 3], 3, [32])),
        Case("all resolutions of a U-Net", n => (n.Architecture, n.AttentionResolutions) = (NetworkArchitecture.UNet, [16, 32, 64])),
        Case("resolutions that a U-ViT ignores", n => n.AttentionResolutions = [7]),
        Case("dropout at the lowest level", n => (n.Architecture, n.Dropout, n.DropoutFromResolution) = (NetworkArchitecture.UNet, 0.1f, 16)),
        Case("no dropout anywhere", n => (n.Architecture, n.Dropout, n.DropoutFromResolution) = (NetworkArchitecture.UNet, 0, 8)),
        Case("a resolution of dropout that a U-ViT ignores", n => (n.Dropout, n.DropoutFromResolution) = (0.1f, 8)),
        Case("transformer blocks at two levels", n => n.TransformerFromResolution = 32),
        Case("transformer blocks in a residual U-ViT", n => (n.Architecture, n.TransformerFromResolution) = (NetworkArchitecture.ResidualUVit, 64)),
    ];

    [TestMethod]
    [DynamicData(nameof(Contradictions))]
    public void Network_that_cannot_be_is_refused(string option, string requirement, Action<NetworkOptions> change)
    {
        var options = new SimpleDiffusionOptions();
        change(options.Network);

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => OptionsValidator.ValidateNew(options));

        Assert.AreEqual(option, error.ParamName);
        StringAssert.StartsWith(error.Message, $"The option {option} {requirement}.");
    }

    [TestMethod]
    [DynamicData(nameof(Agreements))]
    public void Network_that_can_be_is_taken(string what, Action<NetworkOptions> change)
    {
        var options = new SimpleDiffusionOptions();
        change(options.Network);

        OptionsValidator.ValidateNew(options);
        Assert.IsNotNull(what);
    }

    [TestMethod]
    public void Values_of_lists_are_shown_as_they_are_written()
    {
        var multipliers = new SimpleDiffusionOptions { Network = new NetworkOptions { ChannelMultipliers = [1, 0], BlocksPerLevel = [1] } };
        var blocks = new SimpleDiffusionOptions { Network = new NetworkOptions { ChannelMultipliers = [1, 2], BlocksPerLevel = [2, 3] } };

        Assert.AreEqual("[1, 0]", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => OptionsValidator.Validate(multipliers)).ActualValue);
        Assert.AreEqual("[2, 3]", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => OptionsValidator.Validate(blocks)).ActualValue);
    }

    [TestMethod]
    public void Twelve_levels_fit_the_largest_image()
        => OptionsValidator.Validate(new SimpleDiffusionOptions
        {
            ImageHeight = 4096,
            ImageWidth = 4096,
            Network = new NetworkOptions { Patching = PatchingType.None, ChannelMultipliers = Many(12), BlocksPerLevel = Many(11) },
        });

    [TestMethod]
    [DataRow(66, 64, "ImageHeight", "must be divisible by 4, by which the network divides it (3 levels, patches of 1); 64 and 68 would be")]
    [DataRow(64, 66, "ImageWidth", "must be divisible by 4, by which the network divides it (3 levels, patches of 1); 64 and 68 would be")]
    [DataRow(64, 69, "ImageWidth", "must be divisible by 4, by which the network divides it (3 levels, patches of 1); 68 and 72 would be")]
    [DataRow(64, 10, "ImageWidth", "must be divisible by 16, by which the network divides it (3 levels, patches of 4); 16 and 32 would be", 2)]
    [DataRow(10, 64, "ImageHeight", "must be divisible by 8, by which the network divides it (3 levels, patches of 2); 8 and 16 would be", 1)]
    public void Size_that_the_network_cannot_divide_comes_with_the_nearest_that_it_can(int height, int width, string option, string requirement, int patchLevels = 0)
    {
        var options = new SimpleDiffusionOptions { ImageHeight = height, ImageWidth = width };
        options.Network = new NetworkOptions
        {
            ChannelMultipliers = [1, 2, 4],
            Patching = patchLevels == 0 ? PatchingType.None : PatchingType.Convolution,
            PatchLevels = patchLevels == 0 ? null : patchLevels,
        };

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => OptionsValidator.Validate(options));

        Assert.AreEqual(option, error.ParamName);
        StringAssert.StartsWith(error.Message, $"The option {option} {requirement}.");
    }

    private static int[] Many(int count) => [.. Enumerable.Repeat(1, count)];

    private static object[] Case(string option, string requirement, Action<NetworkOptions> change) => [option, requirement, change];

    private static object[] Case(string what, Action<NetworkOptions> change) => [what, change];
}
