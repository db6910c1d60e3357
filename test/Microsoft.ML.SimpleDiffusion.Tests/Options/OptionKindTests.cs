namespace Microsoft.ML.SimpleDiffusion.Tests.Options;

/// <summary>What options say of themselves, by which sweeps choose, models store and runs compare.</summary>
[TestClass]
public class OptionKindTests
{
    [TestMethod]
    public void Whole_numbers_are_told_from_other_numbers_and_from_none()
    {
        Assert.AreEqual((true, true), Kind("Training.Steps"));
        Assert.AreEqual((true, true), Kind("Network.BaseChannels"));
        Assert.AreEqual((true, false), Kind("Training.LearningRate"));
        Assert.AreEqual((true, false), Kind("Network.Dropout"));
        Assert.AreEqual((false, false), Kind("Network.Architecture"));
        Assert.AreEqual((false, false), Kind("Network.ChannelMultipliers"));
        Assert.AreEqual((false, false), Kind("Training.RandomHorizontalFlip"));
        Assert.AreEqual((false, false), Kind("OutputColumnName"));

        static (bool IsNumber, bool IsWhole) Kind(string name) => (Find(name).IsNumber, Find(name).IsWholeNumber);
    }

    [TestMethod]
    public void Type_of_an_option_that_may_be_left_open_is_that_of_its_values()
    {
        Assert.AreEqual(typeof(int), Find("Network.BaseChannels").ValueType);
        Assert.AreEqual(typeof(int), Find("Training.Steps").ValueType);
        Assert.AreEqual(typeof(int[]), Find("Network.ChannelMultipliers").ValueType);
    }

    [TestMethod]
    public void Null_lets_the_library_choose_where_a_number_or_a_list_may_be_left_open()
    {
        Assert.IsTrue(Find("Network.BaseChannels").TakesNull);
        Assert.IsTrue(Find("Network.ChannelMultipliers").TakesNull);
        Assert.IsFalse(Find("Training.Steps").TakesNull);
        Assert.IsFalse(Find("Network.Architecture").TakesNull);
    }

    [TestMethod]
    public void Options_that_may_vary_are_numbers_switches_choices_and_lists_but_those_of_the_sweep_itself()
    {
        string[] vary = [.. OptionPath.All.Where(path => path.CanVary).Select(path => path.Name)];

        CollectionAssert.IsSubsetOf(
            new[] { "Training.LearningRate", "Training.BatchSize", "Network.Dropout", "Network.ChannelMultipliers", "Training.RandomHorizontalFlip", "Network.Architecture", "Seed" }, vary);
        foreach (string fixedOption in new[] { "Training.Steps", "Training.StopAtStep", "Training.KeepBest", "Training.OnCancellation", "Training.CheckpointDirectory", "OutputColumnName", "Training.Progress", "Training.Metrics" })
        {
            CollectionAssert.DoesNotContain(vary, fixedOption);
        }
    }

    [TestMethod]
    public void Run_that_goes_on_may_change_what_says_so_alone_or_by_its_group_or_belongs_to_the_machine()
    {
        foreach (string name in new[] { "Training.Steps", "Network.ActivationCheckpointing", "Sampling.Steps", "Compute.Precision", "Compute.Device", "Training.TensorBoardDirectory" })
        {
            Assert.IsTrue(Find(name).MayChange, name);
        }

        Assert.IsFalse(Find("Network.Dropout").MayChange);
    }

    [TestMethod]
    public void Models_store_everything_but_what_belongs_to_the_machine_or_to_the_process()
        => CollectionAssert.AreEquivalent(
            new[]
            {
                "Training.CheckpointDirectory", "Training.TensorBoardDirectory", "Training.Metrics", "Training.Progress", "Training.CancellationToken", "Sampling.CancellationToken",
                "Compute.Device", "Compute.DeviceIndex", "Compute.Threads", "Compute.AllowTensorFloat32", "Compute.RankTimeoutSeconds",
            },
            OptionPath.All.Where(path => !path.IsStored).Select(path => path.Name).ToArray());

    [TestMethod]
    public void Options_of_the_text_encoder_alone_are_nested()
        => CollectionAssert.AreEqual(
            new[] { "Network.TextEncoder.Width", "Network.TextEncoder.Depth", "Network.TextEncoder.Heads", "Network.TextEncoder.MaxLength" },
            OptionPath.All.Where(path => path.IsNested).Select(path => path.Name).ToArray());

    [TestMethod]
    [DataRow("ImageHeight", "it changes what the validation loss means")]
    [DataRow("Diffusion.Loss", "it changes what the validation loss means")]
    [DataRow("Sampling.Steps", "the validation loss does not depend on it")]
    [DataRow("Training.LearningRate", null)]
    [DataRow("Network.Dropout", null)]
    public void Options_say_why_the_validation_loss_cannot_compare_models_that_differ_in_them(string name, string? reason)
        => Assert.AreEqual(reason, Find(name).ObstacleToLoss);

    [TestMethod]
    public void Options_come_in_the_order_in_which_they_are_declared_once_each()
    {
        string[] names = [.. OptionPath.All.Select(path => path.Name)];

        Assert.AreEqual("OutputColumnName", names[0]);
        Assert.AreEqual("Compute.RankTimeoutSeconds", names[^1]);
        CollectionAssert.AllItemsAreUnique(names);
        Assert.AreEqual("seed", Find("Seed").JsonName);
        Assert.AreEqual("training.learningRate", Find("Training.LearningRate").JsonName);
    }

    [TestMethod]
    public void Value_is_read_where_it_was_set_and_nowhere_else()
    {
        SimpleDiffusionOptions options = new(), other = new();
        foreach (var path in OptionPath.All.Where(path => path.IsWholeNumber))
        {
            path.Set(options, 17);

            Assert.AreEqual(17, path.Get(options), path.Name);
            Assert.AreNotEqual(17, path.Get(other), path.Name);
        }
    }

    [TestMethod]
    public void Option_counts_where_the_one_that_it_depends_on_has_one_of_some_values()
    {
        var options = new SimpleDiffusionOptions();
        var bias = Find("Diffusion.SigmoidLossBias");

        Assert.AreEqual("Diffusion.Loss", bias.DependsOn!.Name);
        Assert.AreEqual("where Diffusion.Loss is Sigmoid or SigmoidWithoutSlope", bias.ObstacleToEffect(options));
        options.Diffusion.Loss = LossType.SigmoidWithoutSlope;
        Assert.IsNull(bias.ObstacleToEffect(options));
    }

    [TestMethod]
    public void Option_counts_unless_the_one_that_it_depends_on_turns_it_off()
    {
        var options = new SimpleDiffusionOptions();
        var start = Find("Sampling.GuidanceIntervalStart");

        Assert.AreEqual("Sampling.GuidanceScale", start.DependsOn!.Name);
        Assert.AreEqual("where Sampling.GuidanceScale is not 1", start.ObstacleToEffect(options));
        options.Sampling.GuidanceScale = 2;
        Assert.IsNull(start.ObstacleToEffect(options));
        Assert.AreEqual("where ConditionColumnName is not null", Find("Diffusion.ConditioningDropout").ObstacleToEffect(options));
        options.ConditionColumnName = "Label";
        Assert.IsNull(Find("Diffusion.ConditioningDropout").ObstacleToEffect(options));
    }

    [TestMethod]
    public void Option_that_depends_on_none_always_counts()
    {
        Assert.IsNull(Find("Training.LearningRate").DependsOn);
        Assert.IsNull(Find("Training.LearningRate").ObstacleToEffect(new SimpleDiffusionOptions()));
    }

    private static OptionPath Find(string name) => OptionPath.Find(name)!;
}
