namespace Microsoft.ML.SimpleDiffusion.Tests.Options.Resolution;

/// <summary>The numbers that are chosen where the options leave them open: written out for each image size.</summary>
[TestClass]
public class NetworkDefaultsTests
{
    [TestMethod]
    [DataRow(4, 4, PatchingType.None, 1, "1,4", "2")]
    [DataRow(5, 5, PatchingType.None, 1, "4", "")]
    [DataRow(6, 6, PatchingType.None, 1, "1,4", "2")]
    [DataRow(8, 8, PatchingType.None, 1, "1,4", "2")]
    [DataRow(12, 12, PatchingType.None, 1, "1,4", "2")]
    [DataRow(16, 16, PatchingType.None, 1, "1,4", "2")]
    [DataRow(24, 24, PatchingType.None, 1, "1,4", "2")]
    [DataRow(28, 28, PatchingType.None, 1, "1,2,4", "2,2")]
    [DataRow(32, 32, PatchingType.None, 1, "1,2,4", "2,2")]
    [DataRow(48, 48, PatchingType.None, 1, "1,2,4", "2,2")]
    [DataRow(56, 56, PatchingType.None, 1, "1,2,4,4", "2,2,2")]
    [DataRow(64, 64, PatchingType.None, 1, "1,2,4", "2,2")]
    [DataRow(64, 96, PatchingType.None, 1, "1,2,4", "2,2")]
    [DataRow(96, 64, PatchingType.None, 1, "1,2,4", "2,2")]
    [DataRow(96, 96, PatchingType.None, 1, "1,2,4", "2,2")]
    [DataRow(66, 64, PatchingType.None, 1, "1,4", "2")]
    [DataRow(64, 66, PatchingType.None, 1, "1,4", "2")]
    [DataRow(65, 64, PatchingType.None, 1, "4", "")]
    [DataRow(64, 65, PatchingType.None, 1, "4", "")]
    [DataRow(127, 127, PatchingType.None, 1, "4", "")]
    [DataRow(128, 128, PatchingType.Dwt, 1, "1,2,4", "2,2")]
    [DataRow(128, 129, PatchingType.None, 1, "4", "")]
    [DataRow(129, 128, PatchingType.None, 1, "4", "")]
    [DataRow(126, 128, PatchingType.None, 1, "1,4", "2")]
    [DataRow(130, 130, PatchingType.Dwt, 1, "4", "")]
    [DataRow(256, 256, PatchingType.Dwt, 1, "1,2,4,4", "2,2,2")]
    [DataRow(258, 258, PatchingType.Dwt, 1, "4", "")]
    [DataRow(260, 258, PatchingType.Dwt, 1, "4", "")]
    [DataRow(258, 260, PatchingType.Dwt, 1, "4", "")]
    [DataRow(260, 260, PatchingType.Dwt, 2, "4", "")]
    [DataRow(384, 640, PatchingType.Dwt, 2, "1,2,4", "2,2")]
    [DataRow(512, 512, PatchingType.Dwt, 2, "1,2,4,4", "2,2,2")]
    public void Levels_follow_from_the_image_size(int height, int width, PatchingType patching, int patchLevels, string multipliers, string blocks)
    {
        var network = Complete(height, width);

        Assert.AreEqual((patching, patchLevels), (network.Patching, network.PatchLevels!.Value));
        Assert.AreEqual((multipliers, blocks), (string.Join(',', network.ChannelMultipliers!), string.Join(',', network.BlocksPerLevel!)));
        Assert.AreEqual(4, network.ChannelsPerGroup);
        Assert.AreEqual((32, 128, 4), (network.BaseChannels!.Value, network.EmbeddingChannels!.Value, network.TransformerBlocks!.Value));
        CollectionAssert.AreEqual(new[] { 8, 16 }, network.AttentionResolutions);
    }

    [TestMethod]
    [DataRow(32, "1,2,6", "2,2")]
    [DataRow(64, "1,2,6", "2,2")]
    [DataRow(256, "1,2,4,6", "2,2,2")]
    [DataRow(1024, "1,2,4,6,6", "2,2,2,2")]
    public void Gpu_gets_a_wider_and_deeper_network(int size, string multipliers, string blocks)
    {
        var network = Complete(size, size, hasGpu: true);

        Assert.AreEqual((multipliers, blocks), (string.Join(',', network.ChannelMultipliers!), string.Join(',', network.BlocksPerLevel!)));
        Assert.AreEqual((128, 512, 12), (network.BaseChannels!.Value, network.EmbeddingChannels!.Value, network.TransformerBlocks!.Value));
    }

    [TestMethod]
    [DataRow(32, false, "1,2,4", "2,2,2", "8,16")]
    [DataRow(64, false, "1,2,4", "2,2,2", "16")]
    [DataRow(64, true, "1,2,4", "2,2,2", "16")]
    [DataRow(256, false, "1,2,4,4", "2,2,2,2", "16")]
    [DataRow(512, false, "1,2,4,4", "2,2,2,2", "16")]
    [DataRow(65, false, "4", "2", "")]
    public void U_Net_has_blocks_at_every_level_and_attends_where_the_paper_does(int size, bool hasGpu, string multipliers, string blocks, string attention)
    {
        var network = Complete(size, size, hasGpu, new NetworkOptions { Architecture = NetworkArchitecture.UNet });

        Assert.AreEqual(
            (multipliers, blocks, attention), (string.Join(',', network.ChannelMultipliers!), string.Join(',', network.BlocksPerLevel!), string.Join(',', network.AttentionResolutions!)));
    }

    [TestMethod]
    public void Numbers_that_are_given_stay()
    {
        var given = new NetworkOptions
        {
            BaseChannels = 10,
            EmbeddingChannels = 11,
            ChannelMultipliers = [3],
            BlocksPerLevel = [],
            TransformerBlocks = 7,
            AttentionResolutions = [5],
            Patching = PatchingType.Convolution,
            PatchLevels = 2,
        };

        var network = Complete(64, 64, hasGpu: true, given.Clone());

        Assert.AreEqual((10, 11, 7), (network.BaseChannels, network.EmbeddingChannels, network.TransformerBlocks));
        Assert.AreEqual((PatchingType.Convolution, 2), (network.Patching, network.PatchLevels!.Value));
        CollectionAssert.AreEqual(given.ChannelMultipliers, network.ChannelMultipliers);
        CollectionAssert.AreEqual(given.BlocksPerLevel, network.BlocksPerLevel);
        CollectionAssert.AreEqual(given.AttentionResolutions, network.AttentionResolutions);
    }

    [TestMethod]
    public void Blocks_follow_from_the_levels_that_are_given()
    {
        CollectionAssert.AreEqual(new[] { 2, 2, 2 }, Complete(64, 64, network: new NetworkOptions { ChannelMultipliers = [1, 1, 1, 1] }).BlocksPerLevel);
        CollectionAssert.AreEqual(new[] { 2, 2 }, Complete(64, 64, network: new NetworkOptions { ChannelMultipliers = [1, 1], Architecture = NetworkArchitecture.UNet }).BlocksPerLevel);
        Assert.IsEmpty(Complete(64, 64, network: new NetworkOptions { ChannelMultipliers = [1] }).BlocksPerLevel!);
    }

    [TestMethod]
    public void List_of_no_levels_is_left_to_be_refused()
        => CollectionAssert.AreEqual(new[] { 2, 2 }, Complete(64, 64, network: new NetworkOptions { ChannelMultipliers = [] }).BlocksPerLevel);

    [TestMethod]
    public void Levels_of_patching_that_are_given_ask_for_it_and_patching_that_is_off_stays_off()
    {
        var asked = Complete(64, 64, network: new NetworkOptions { PatchLevels = 2 });
        var off = Complete(512, 512, network: new NetworkOptions { Patching = PatchingType.None });
        var convolution = Complete(64, 64, network: new NetworkOptions { Patching = PatchingType.Convolution });

        Assert.AreEqual((PatchingType.Dwt, 2), (asked.Patching, asked.PatchLevels!.Value));
        CollectionAssert.AreEqual(new[] { 1, 4 }, asked.ChannelMultipliers);
        Assert.AreEqual(PatchingType.None, off.Patching);
        CollectionAssert.AreEqual(new[] { 1, 2, 4, 4, 4, 4 }, off.ChannelMultipliers);
        Assert.AreEqual((PatchingType.Convolution, 1), (convolution.Patching, convolution.PatchLevels!.Value));
    }

    [TestMethod]
    public void Side_that_patching_leaves_short_is_not_halved()
        => CollectionAssert.AreEqual(new[] { 4 }, Complete(4, 64, network: new NetworkOptions { PatchLevels = 1 }).ChannelMultipliers);

    [TestMethod]
    [DataRow(32, "1,2,4", 4, false, 128, 2, 4)]
    [DataRow(32, "1,2,4", 4, true, 128, 4, 4)]
    [DataRow(4, "1", 4, false, 8, 2, 4)]
    [DataRow(128, "1,9", 4, false, 1024, 2, 4)]
    [DataRow(6, "1,3", 4, false, 18, 2, 3)]
    [DataRow(26, "1", 4, false, 26, 2, 2)]
    [DataRow(32, "1", 1, false, 32, 2, 1)]
    [DataRow(30, "1", 6, false, 30, 2, 6)]
    public void Text_encoder_follows_from_the_network(int channels, string multipliers, int heads, bool hasGpu, int width, int depth, int textHeads)
    {
        var options = new SimpleDiffusionOptions();
        (options.Network.BaseChannels, options.Network.ChannelMultipliers, options.Network.AttentionHeads) = (channels, [.. multipliers.Split(',').Select(int.Parse)], heads);

        NetworkDefaults.CompleteText(options, hasGpu);

        Assert.AreEqual((width, depth, textHeads), (options.Network.TextEncoder.Width!.Value, options.Network.TextEncoder.Depth!.Value, options.Network.TextEncoder.Heads!.Value));
    }

    [TestMethod]
    public void Numbers_of_the_text_encoder_that_are_given_stay()
    {
        var options = new SimpleDiffusionOptions { Network = new NetworkOptions { TextEncoder = new TextEncoderOptions { Width = 33, Depth = 5, Heads = 11 } } };

        NetworkDefaults.CompleteText(options, hasGpu: true);

        Assert.AreEqual((33, 5, 11), (options.Network.TextEncoder.Width!.Value, options.Network.TextEncoder.Depth!.Value, options.Network.TextEncoder.Heads!.Value));
    }

    private static NetworkOptions Complete(int height, int width, bool hasGpu = false, NetworkOptions? network = null)
    {
        var options = new SimpleDiffusionOptions { ImageHeight = height, ImageWidth = width, Network = network ?? new NetworkOptions() };
        NetworkDefaults.Complete(options, hasGpu);
        return options.Network;
    }
}
