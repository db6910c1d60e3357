namespace Microsoft.ML.SimpleDiffusion.Tests.Options;

[TestClass]
public class OptionPathTests
{
    [TestMethod]
    public void Every_option_is_found_by_its_name_and_set()
    {
        var options = new SimpleDiffusionOptions();

        OptionPath.Find("Seed")!.Set(options, 3);
        OptionPath.Find("Training.LearningRate")!.Set(options, 0.5);
        OptionPath.Find("Network.TextEncoder.MaxLength")!.Set(options, 77);

        Assert.AreEqual((3, 0.5, 77), (options.Seed!.Value, options.Training.LearningRate, options.Network.TextEncoder.MaxLength));
        Assert.AreEqual("network.textEncoder.maxLength", OptionPath.Find("Network.TextEncoder.MaxLength")!.JsonName);
        Assert.IsNull(OptionPath.Find("Training"));
        Assert.IsNull(OptionPath.Find("training.learningRate"));
    }

    [TestMethod]
    public void Options_of_the_machine_are_folders_devices_and_threads()
        => CollectionAssert.AreEquivalent(
            new[]
            {
                "Training.CheckpointDirectory", "Training.TensorBoardDirectory", "Compute.Device", "Compute.DeviceIndex", "Compute.Threads", "Compute.AllowTensorFloat32", "Compute.RankTimeoutSeconds", "Compute.ShardWeights",
            },
            OptionPath.All.Where(path => path.IsMachineOnly).Select(path => path.Name).ToArray());

    [TestMethod]
    public void Run_that_goes_on_may_not_change_what_changes_its_weights()
    {
        string[] fixedOptions = [.. OptionPath.All.Where(path => !path.MayChange).Select(path => path.Name)];

        CollectionAssert.IsSubsetOf(
            new[]
            {
                "ImageHeight", "ImageWidth", "Channels", "PixelMinimum", "PixelMaximum", "Seed", "Network.BaseChannels", "Network.Dropout", "Network.TextEncoder.Width", "Diffusion.Loss",
                "Diffusion.ConditioningDropout", "Training.LearningRate", "Training.LearningRateDecay", "Training.EmaDecay", "Training.DrawNoiseOnDevice",
                "Diffusion.NoiseDraws", "Diffusion.LogSnrMean", "Diffusion.LogSnrDeviation", "Diffusion.ScheduleDrawsFrom", "Training.LearningRateDecayShare", "Training.HalfResolutionShare",
                "Training.AugmentationShare", "Training.CropShare", "Diffusion.LearnedUncertainty", "Network.Coordinates",
            },
            fixedOptions);
        Assert.IsFalse(fixedOptions.Any(name => name.StartsWith("Sampling.", StringComparison.Ordinal) || name.EndsWith("ColumnName", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void Options_that_others_decide_about_name_options_and_values_that_there_are()
    {
        foreach (var path in OptionPath.All)
        {
            string? other = path.Attribute<CountsWhereAttribute>()?.Option ?? path.Attribute<CountsUnlessAttribute>()?.Option;
            Assert.AreEqual(other, path.DependsOn?.Name, path.Name);
            foreach (object? value in path.Attribute<CountsWhereAttribute>()?.Values ?? [])
            {
                Assert.IsInstanceOfType(value, path.DependsOn!.ValueType, path.Name);
            }

            if (path.Attribute<CountsUnlessAttribute>() is { Value: object unless })
            {
                Assert.IsInstanceOfType(unless, path.DependsOn!.ValueType, path.Name);
            }
        }
    }
}
