namespace Microsoft.ML.SimpleDiffusion.Tests.Options.Resolution;

[TestClass]
public class NetworkSpecificationTests
{
    [TestMethod]
    public void Every_number_of_the_options_arrives()
    {
        var options = Complete();
        (options.Network.Dropout, options.Network.ActivationCheckpointing, options.Network.TransformerFromResolution) = (0.25f, true, 8);

        var specification = NetworkSpecification.Create(options, classCount: 5);

        Assert.AreEqual((NetworkArchitecture.UVit, 32, 64, 1), (specification.Architecture, specification.ImageHeight, specification.ImageWidth, specification.ImageChannels));
        Assert.AreEqual((12, 20, 3, 2), (specification.BaseChannels, specification.EmbeddingChannels, specification.TransformerBlocks, specification.AttentionHeads));
        Assert.AreEqual(3, specification.ChannelsPerGroup);
        Assert.AreEqual((0.25f, 7, true, 8), (specification.Dropout, specification.DropoutFromResolution, specification.ActivationCheckpointing, specification.TransformerFromResolution));
        Assert.AreEqual((PatchingType.Dwt, 1, 5, true), (specification.Patching, specification.PatchLevels, specification.ClassCount, specification.HasPortraitFlag));
        CollectionAssert.AreEqual(new[] { 1, 2, 4 }, specification.ChannelMultipliers.ToArray());
        CollectionAssert.AreEqual(new[] { 2, 3 }, specification.BlocksPerLevel.ToArray());
        CollectionAssert.AreEqual(new[] { 8 }, specification.AttentionResolutions.ToArray());
        Assert.IsNull(specification.Text);
    }

    [TestMethod]
    [DataRow(PatchingType.None, 1, 1, 32, 64, 1)]
    [DataRow(PatchingType.Dwt, 1, 2, 16, 32, 4)]
    [DataRow(PatchingType.Convolution, 2, 4, 8, 16, 16)]
    public void Patching_makes_maps_smaller_and_deeper(PatchingType patching, int levels, int size, int height, int width, int channels)
    {
        var options = Complete();
        (options.Network.Patching, options.Network.PatchLevels) = (patching, levels);

        var specification = NetworkSpecification.Create(options, 0);

        Assert.AreEqual((size, height, width, channels), (specification.PatchSize, specification.Height, specification.Width, specification.PatchedChannels));
        CollectionAssert.AreEqual(new[] { height, height / 2, height / 4 }, NetworkSpecification.LevelHeights(options));
    }

    [TestMethod]
    public void Each_level_is_half_as_high_and_wide_as_the_one_before()
    {
        var specification = NetworkSpecification.Create(Complete(), 0);

        Assert.AreEqual(2, specification.Downsamplings);
        foreach (int level in new[] { 0, 1, 2 })
        {
            Assert.AreEqual((16 >> level, 32 >> level, 12 << level), (specification.LevelHeight(level), specification.LevelWidth(level), specification.LevelChannels(level)));
        }
    }

    [TestMethod]
    [DataRow(NetworkArchitecture.UVit, 0, false, false)]
    [DataRow(NetworkArchitecture.UVit, 7, false, false)]
    [DataRow(NetworkArchitecture.UVit, 8, false, true)]
    [DataRow(NetworkArchitecture.UVit, 16, true, true)]
    [DataRow(NetworkArchitecture.ResidualUVit, 8, false, true)]
    [DataRow(NetworkArchitecture.UNet, 16, false, false)]
    public void Levels_from_a_height_down_but_the_lowest_have_transformer_blocks_instead(NetworkArchitecture architecture, int from, bool first, bool second)
    {
        var options = Complete();
        (options.Network.Architecture, options.Network.TransformerFromResolution) = (architecture, from);

        var specification = NetworkSpecification.Create(options, 0);

        Assert.AreEqual((first, second, false), (specification.IsTransformerLevel(0), specification.IsTransformerLevel(1), specification.IsTransformerLevel(2)));
        Assert.AreEqual(architecture != NetworkArchitecture.UNet, specification.HasTransformer);
    }

    [TestMethod]
    public void Description_says_everything_about_the_shape_in_a_line()
    {
        var options = Complete();

        Assert.AreEqual(
            "UVit 1x32x64 (Dwt patching 2x2; [1, 2, 4] x 12 channels in groups of 3 or more, [2, 3] blocks; 3 transformer blocks at 4x8; 2 heads; embedding 20; 5 classes; portrait flag)",
            NetworkSpecification.Create(options, 5).Describe());
        options.Network.TransformerFromResolution = 8;
        StringAssert.Contains(NetworkSpecification.Create(options, 5).Describe(), "; 3 transformer blocks at 4x8, transformer blocks from height 8; 2 heads");
        options.Network.TransformerFromResolution = 4;
        StringAssert.Contains(NetworkSpecification.Create(options, 5).Describe(), "; 3 transformer blocks at 4x8; 2 heads");
        options.Network.ChannelMultipliers = [1];
        options.Network.TransformerFromResolution = 64;
        StringAssert.Contains(NetworkSpecification.Create(options, 5).Describe(), "; 3 transformer blocks at 16x32; 2 heads");
    }

    [TestMethod]
    public void Description_of_a_U_Net_says_where_it_attends()
    {
        var options = Complete();
        (options.Network.Architecture, options.Network.Patching, options.Network.PortraitFlag, options.Network.AttentionResolutions) = (NetworkArchitecture.UNet, PatchingType.None, false, [8, 16]);
        var text = TextSpecification.Create(new TextEncoderOptions { Width = 16, Depth = 2, Heads = 4 }, maxLength: 100, embeddingWidth: 0);

        Assert.AreEqual(
            "UNet 1x32x64 (no patching; [1, 2, 4] x 12 channels in groups of 3 or more, [2, 3] blocks; attention at 8, 16; 2 heads; embedding 20; 0 classes; text encoder 16 wide, 2 blocks, 4 heads, 100 bytes)",
            (NetworkSpecification.Create(options, 0) with { Text = text }).Describe());
    }

    [TestMethod]
    public void Embeddings_are_described_without_their_length()
        => Assert.AreEqual(
            "embeddings 9 wide, projected to 16", TextSpecification.Create(new TextEncoderOptions { Width = 16, Depth = 2, Heads = 4 }, maxLength: 100, embeddingWidth: 9).Describe());

    [TestMethod]
    public void Number_that_is_still_open_is_a_mistake_of_the_library()
    {
        AssertUnresolved(network => network.BaseChannels = null);
        AssertUnresolved(network => network.EmbeddingChannels = null);
        AssertUnresolved(network => network.ChannelMultipliers = null);
        AssertUnresolved(network => network.BlocksPerLevel = null);
        AssertUnresolved(network => network.ChannelsPerGroup = null);
        AssertUnresolved(network => network.TransformerBlocks = null);
        AssertUnresolved(network => network.AttentionResolutions = null);
        AssertUnresolved(network => network.PatchLevels = null);
        AssertUnresolved(network => network.Patching = PatchingType.Auto);

        static void AssertUnresolved(Action<NetworkOptions> open)
        {
            var options = Complete();
            open(options.Network);
            Assert.AreEqual("The network options hold numbers that are not chosen yet.", Assert.ThrowsExactly<InvalidOperationException>(() => NetworkSpecification.Create(options, 0)).Message);
        }
    }

    [TestMethod]
    [DataRow(null, 2, 4)]
    [DataRow(16, null, 4)]
    [DataRow(16, 2, null)]
    public void Number_of_the_text_encoder_that_is_still_open_is_one_too(int? width, int? depth, int? heads)
        => Assert.AreEqual(
            "The options of the text encoder hold numbers that are not chosen yet.",
            Assert.ThrowsExactly<InvalidOperationException>(
                () => TextSpecification.Create(new TextEncoderOptions { Width = width, Depth = depth, Heads = heads }, maxLength: 100, embeddingWidth: 0)).Message);

    [TestMethod]
    public void Condition_decides_what_the_network_is_told()
    {
        var options = Complete();
        options.Network.TextEncoder = new TextEncoderOptions { Width = 16, Depth = 2, Heads = 4, MaxLength = 99 };

        var classes = new ConditionDescription { Kind = ConditionKind.Class, ClassLabels = ["a", "b"] }.Specify(options);
        var text = new ConditionDescription { Kind = ConditionKind.Text }.Specify(options).Text!;
        var embeddings = new ConditionDescription { Kind = ConditionKind.Embeddings, EmbeddingLength = 5, EmbeddingWidth = 6 }.Specify(options).Text!;

        Assert.AreEqual((2, null), (classes.ClassCount, classes.Text));
        Assert.AreEqual((0, null), (ConditionDescription.None.Specify(options).ClassCount, ConditionDescription.None.Specify(options).Text));
        Assert.AreEqual((16, 2, 4, 99, 0), (text.Width, text.Depth, text.Heads, text.MaxLength, text.EmbeddingWidth));
        Assert.AreEqual((5, 6), (embeddings.MaxLength, embeddings.EmbeddingWidth));
    }

    private static SimpleDiffusionOptions Complete() => new()
    {
        ImageHeight = 32,
        ImageWidth = 64,
        Channels = 1,
        Network = new NetworkOptions
        {
            BaseChannels = 12,
            EmbeddingChannels = 20,
            ChannelMultipliers = [1, 2, 4],
            BlocksPerLevel = [2, 3],
            ChannelsPerGroup = 3,
            TransformerBlocks = 3,
            AttentionHeads = 2,
            AttentionResolutions = [8],
            DropoutFromResolution = 7,
            Patching = PatchingType.Dwt,
            PatchLevels = 1,
            PortraitFlag = true,
        },
    };
}
