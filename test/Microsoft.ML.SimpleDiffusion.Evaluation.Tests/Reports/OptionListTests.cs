using Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Content;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Reports;

[TestClass]
public class OptionListTests
{
    [TestMethod]
    public void Options_that_differ_from_the_defaults_come_first()
    {
        var options = new SimpleDiffusionOptions();
        options.Training.Steps = 560;
        options.Network.ChannelMultipliers = [1, 2];
        options.Sampling.Sampler = SamplerType.Ddim;
        var rows = OptionList.Of(options);
        var changed = rows.TakeWhile(row => !row.IsDefault).ToList();
        CollectionAssert.AreEquivalent(
            new[] { new OptionRow("Training.Steps", "560", "10000"), new OptionRow("Network.ChannelMultipliers", "1, 2", "not set"), new OptionRow("Sampling.Sampler", "Ddim", "Ddpm") },
            changed);
        Assert.IsTrue(rows.Skip(3).All(row => row.IsDefault));
        Assert.IsFalse(rows.Any(row => row.Name.EndsWith("CancellationToken", StringComparison.Ordinal)));
    }
}
