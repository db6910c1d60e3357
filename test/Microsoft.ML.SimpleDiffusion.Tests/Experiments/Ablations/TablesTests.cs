using Microsoft.ML.SimpleDiffusion.Experiments.Ablations;

namespace Microsoft.ML.SimpleDiffusion.Tests.Experiments.Ablations;

[TestClass]
public class TablesTests
{
    [TestMethod]
    [DataRow(32)]
    [DataRow(64)]
    [DataRow(128)]
    [DataRow(256)]
    [DataRow(512)]
    public void Every_variant_is_a_valid_model_with_a_name_of_its_own(int size)
    {
        foreach (var table in Tables.For(size))
        {
            foreach (var variant in table.Variants)
            {
                OptionsValidator.Validate(Options(variant, size));
            }

            Assert.HasCount(table.Variants.Count, table.Variants.Select(variant => variant.FileName).Distinct());
        }
    }

    [TestMethod]
    public void At_the_papers_sizes_resolutions_and_levels_are_the_papers()
    {
        CollectionAssert.AreEqual(new[] { 128, 64, 32, 16 }, Of(2, 128, options => options.Diffusion.NoiseResolution));
        CollectionAssert.AreEqual(new[] { 128, 64, 32, 16, 16 }, Of(3, 128, options => options.Network.DropoutFromResolution));
        CollectionAssert.AreEqual(new[] { 0.1f, 0.1f, 0.1f, 0.1f, 0 }, Of(3, 128, options => options.Network.Dropout));
        CollectionAssert.AreEqual(new[] { 2, 4, 8, 12 }, Of(4, 128, options => options.Network.BlocksPerLevel![3]));
        CollectionAssert.AreEqual(
            new[] { "1 1 1 2 4 8 8", "1 2 2 4 8 8", "2 3 4 8 8", "1 2 2 4 8 8", "2 3 4 8 8" }, Of(5, 512, options => string.Join(' ', options.Network.ChannelMultipliers!)));
        CollectionAssert.AreEqual(
            new[] { "1 1 2 2 4 12 4", "2 2 2 4 12 4", "3 3 4 12 4", "2 2 2 4 12 4", "3 3 4 12 4" }, Of(5, 512, options => string.Join(' ', options.Network.BlocksPerLevel!)));
        CollectionAssert.AreEqual(new int?[] { null, 64, 32 }, Of(6, 512, options => options.Diffusion.MultiscaleBaseResolution));
        CollectionAssert.AreEqual(new int?[] { null, 32, 16 }, Of(6, 256, options => options.Diffusion.MultiscaleBaseResolution));
    }

    [TestMethod]
    [DataRow(32)]
    [DataRow(64)]
    [DataRow(128)]
    [DataRow(256)]
    public void Downsampling_keeps_the_number_of_blocks(int size)
    {
        int[] blocks = Of(5, size, options => options.Network.BlocksPerLevel!.Sum());

        Assert.HasCount(1, blocks.Distinct());
    }

    private static T[] Of<T>(int table, int size, Func<SimpleDiffusionOptions, T> member)
        => Tables.For(size).Single(candidate => candidate.Number == table).Variants.Select(variant => member(Options(variant, size))).ToArray();

    private static SimpleDiffusionOptions Options(Variant variant, int size)
    {
        var options = new SimpleDiffusionOptions { ImageHeight = size, ImageWidth = size };
        options.Network.BaseChannels = 16;
        variant.Change(options);
        return options;
    }
}
