namespace Microsoft.ML.SimpleDiffusion.Tests.Options;

/// <summary>A copy shares nothing that could change under it, and differs in nothing.</summary>
[TestClass]
public class CloneTests
{
    [TestMethod]
    public void Change_of_an_option_does_not_reach_the_copy()
    {
        var options = new SimpleDiffusionOptions();
        (options.Network.ChannelMultipliers, options.Network.BlocksPerLevel, options.Network.AttentionResolutions) = ([1, 2], [3], [16]);
        var copy = options.Clone();
        foreach (var path in OptionPath.All.Where(path => path.IsWholeNumber))
        {
            path.Set(options, 17);
        }

        (options.Network.ChannelMultipliers[0], options.Network.BlocksPerLevel[0], options.Network.AttentionResolutions[0]) = (9, 9, 9);
        options.Compute.Threads = 17;

        foreach (var path in OptionPath.All.Where(path => path.IsWholeNumber))
        {
            Assert.AreNotEqual(17, path.Get(copy), path.Name);
        }

        CollectionAssert.AreEqual(new[] { 1, 2 }, copy.Network.ChannelMultipliers);
        CollectionAssert.AreEqual(new[] { 3 }, copy.Network.BlocksPerLevel);
        CollectionAssert.AreEqual(new[] { 16 }, copy.Network.AttentionResolutions);
    }

    [TestMethod]
    public void Copy_of_a_distillations_options_has_groups_of_its_own()
    {
        var options = new DistillationOptions { Teacher = new SamplingOptions { Steps = 7 } };
        var copy = options.Clone();
        (options.Teacher.Steps, options.Training.Steps, options.Compute.Threads) = (8, 9, 10);

        Assert.AreEqual((7, 1_000, (int?)null), (copy.Teacher!.Steps, copy.Training.Steps, copy.Compute.Threads));
        Assert.IsNull(new DistillationOptions().Clone().Teacher);
    }
}
