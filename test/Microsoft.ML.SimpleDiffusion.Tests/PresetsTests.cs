using System.Reflection;
using Microsoft.ML.SimpleDiffusion.Networks.Plan;

namespace Microsoft.ML.SimpleDiffusion.Tests;

[TestClass]
public class PresetsTests
{
    public static IEnumerable<object[]> Names => typeof(SimpleDiffusionPresets).GetMethods(BindingFlags.Public | BindingFlags.Static).Select(method => new object[] { method.Name });

    // Counted apart from the library, layer by layer from the listings of appendix B.2.1.
    [TestMethod]
    [DataRow(nameof(SimpleDiffusionPresets.UNetImageNet128), 1000, 979_224_835)]
    [DataRow(nameof(SimpleDiffusionPresets.UNetImageNet256), 1000, 972_991_235)]
    [DataRow(nameof(SimpleDiffusionPresets.UNetImageNet512), 1000, 996_491_056)]
    [DataRow(nameof(SimpleDiffusionPresets.UVitImageNet128), 1000, 2_454_705_411)]
    [DataRow(nameof(SimpleDiffusionPresets.UVitImageNet256), 1000, 2_454_726_156)]
    [DataRow(nameof(SimpleDiffusionPresets.UVitImageNet512), 1000, 2_454_809_136)]
    [DataRow(nameof(SimpleDiffusionPresets.UVitCpu32), 10, 1_844_291)]
    [DataRow(nameof(SimpleDiffusionPresets.UVitCpu64), 10, 1_868_867)]
    [DataRow(nameof(SimpleDiffusionPresets.UVitGpu24GB), 1000, 299_740_172)]
    [DataRow(nameof(SimpleDiffusionPresets.UVitGpu80GB), 1000, 1_111_788_080)]
    public void Preset_has_the_number_of_weights_of_the_listings(string name, int classes, long expected)
        => Assert.AreEqual(expected, NetworkPlan.Of(Specification(Preset(name), classes)).ParameterCount);

    // Counted apart from the library, from the tables of docs/weights.md, with embeddings of the width of a T5 XXL.
    [TestMethod]
    [DataRow(nameof(SimpleDiffusionPresets.UVitTextToImage256), 3_406_828_044)]
    [DataRow(nameof(SimpleDiffusionPresets.UVitTextToImage512), 3_406_911_024)]
    [DataRow(nameof(SimpleDiffusionPresets.UVitTextToImage384x640), 3_406_847_536)]
    public void Text_to_image_preset_has_the_number_of_weights_of_the_tables(string name, long expected)
    {
        var condition = new ConditionDescription { Kind = ConditionKind.Embeddings, EmbeddingLength = 128, EmbeddingWidth = 4096 };

        Assert.AreEqual(expected, NetworkPlan.Of(condition.Specify(OptionsResolver.Resolve(Preset(name), hasGpu: true, seed: 1, ConditionKind.Embeddings))).ParameterCount);
    }

    [TestMethod]
    public void Text_to_image_presets_are_those_of_section_3_6()
    {
        var wide = SimpleDiffusionPresets.UVitTextToImage384x640();
        var square = SimpleDiffusionPresets.UVitTextToImage512();

        Assert.AreEqual((384, 640, true), (wide.ImageHeight, wide.ImageWidth, wide.Network.PortraitFlag));
        Assert.AreEqual((512, 512, false), (square.ImageHeight, square.ImageWidth, square.Network.PortraitFlag));
        Assert.AreEqual((ScheduleType.InterpolatedCosine, 32, 256), (square.Diffusion.Schedule, square.Diffusion.NoiseResolutionLow, square.Diffusion.NoiseResolutionHigh));
        Assert.AreEqual((32, 700_000, 2048), (square.Network.TransformerFromResolution, square.Training.Steps, square.Training.BatchSize));
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Preset_is_complete_and_valid(string name)
    {
        var options = Preset(name);
        new MLContext().Transforms.SimpleDiffusion(options);

        var resolved = OptionsResolver.Resolve(options, hasGpu: true, seed: 1);

        Assert.AreEqual(options.Network.BaseChannels, resolved.Network.BaseChannels);
        Assert.AreEqual(options.Network.EmbeddingChannels, resolved.Network.EmbeddingChannels);
        CollectionAssert.AreEqual(options.Network.ChannelMultipliers, resolved.Network.ChannelMultipliers);
        CollectionAssert.AreEqual(options.Network.BlocksPerLevel, resolved.Network.BlocksPerLevel);
        Assert.AreEqual(options.Network.Patching, resolved.Network.Patching);
        Assert.AreEqual(options.Diffusion.Loss, resolved.Diffusion.Loss);
        if (options.Network.Architecture == NetworkArchitecture.UVit)
        {
            Assert.AreEqual(options.Network.TransformerBlocks, resolved.Network.TransformerBlocks);
        }
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Heads_are_narrow_enough_for_the_fast_attention_of_gpus_where_the_paper_leaves_it_open(string name)
    {
        if (!name.Contains("ImageNet", StringComparison.Ordinal) && !name.Contains("TextToImage", StringComparison.Ordinal))
        {
            var specification = Specification(Preset(name), classes: 10);

            Assert.IsLessThanOrEqualTo(128, specification.LevelChannels(specification.Downsamplings) / specification.AttentionHeads);
        }
    }

    [TestMethod]
    public void Two_calls_share_nothing()
    {
        SimpleDiffusionPresets.UVitCpu32().Network.ChannelMultipliers![0] = 9;

        Assert.AreEqual(1, SimpleDiffusionPresets.UVitCpu32().Network.ChannelMultipliers![0]);
    }

    [TestMethod]
    [DataRow(nameof(SimpleDiffusionPresets.UVitGpu24GB), 245_563_392, 17.8)]
    [DataRow(nameof(SimpleDiffusionPresets.UVitGpu80GB), 367_788_032, 57.5)]
    public void Gpu_preset_needs_the_memory_that_the_docs_say(string name, long numbersPerImage, double gigabytes)
    {
        // The numbers are those of docs/presets.md: ends, levels, transformer blocks.
        var options = Preset(name);
        var specification = Specification(options, 1000);

        Assert.AreEqual(4 * numbersPerImage, NetworkPlan.Of(specification).ActivationBytesPerImage);
        double total = NetworkPlan.Of(specification).StateBytes + ((double)options.Training.BatchSize * NetworkPlan.Of(specification).ActivationBytesPerImage);
        Assert.AreEqual(gigabytes, total / 1e9, 0.1);
    }

    [TestMethod]
    public void Paper_sized_unet_keeps_the_activations_of_its_blocks()
    {
        // 128 pixels: 4 bytes times the sum over levels of width * pixels * (7 maps per block, 2 per skip, 11 per attention), and the ends.
        Assert.AreEqual(1.5136e9, NetworkPlan.Of(Specification(SimpleDiffusionPresets.UNetImageNet128(), 1000)).ActivationBytesPerImage, 1e5);
    }

    private static SimpleDiffusionOptions Preset(string name)
        => (SimpleDiffusionOptions)typeof(SimpleDiffusionPresets).GetMethod(name, BindingFlags.Public | BindingFlags.Static)!.Invoke(null, null)!;

    private static NetworkSpecification Specification(SimpleDiffusionOptions options, int classes)
        => NetworkSpecification.Create(OptionsResolver.Resolve(options, hasGpu: false, seed: 1), classes);
}
