using System.Globalization;

namespace Microsoft.ML.SimpleDiffusion.Tests.Options.Validation;

/// <summary>Every bound of every option: what lies on it is taken, what lies one beyond is refused in a sentence that names the range.</summary>
[TestClass]
public class RangeTests
{
    public static IEnumerable<object[]> Bounds =>
    [
        Bound("ImageHeight", 3, 4, "must be 4 to 4096"),
        Bound("ImageHeight", 4097, 4096, "must be 4 to 4096"),
        Bound("ImageWidth", 3, 4, "must be 4 to 4096"),
        Bound("ImageWidth", 4097, 4096, "must be 4 to 4096"),
        Bound("Channels", 0, 1, "must be 1 to 16"),
        Bound("Channels", 17, 16, "must be 1 to 16"),
        Bound("Network.TransformerFromResolution", -1, 0, "must be 0 or more"),
        Bound("Network.PatchLevels", 0, 1, "must be 1 to 2"),
        Bound("Network.PatchLevels", 3, 2, "must be 1 to 2"),
        Bound("Network.Dropout", -0.001f, 0f, "must be 0 to below 1"),
        Bound("Network.Dropout", 1f, 0.999f, "must be 0 to below 1"),
        Bound("Network.DropoutFromResolution", -1, 0, "must be 0 or more"),
        Bound("Network.BaseChannels", 2, 4, "must be 4 to 1024"),
        Bound("Network.BaseChannels", 1026, 1024, "must be 4 to 1024"),
        Bound("Network.BaseChannels", 33, 32, "must be even"),
        Bound("Network.EmbeddingChannels", 7, 8, "must be 8 to 8192"),
        Bound("Network.EmbeddingChannels", 8193, 8192, "must be 8 to 8192"),
        Bound("Network.ChannelsPerGroup", 0, 1, "must be 1 to 64"),
        Bound("Network.ChannelsPerGroup", 65, 64, "must be 1 to 64"),
        Bound("Network.TransformerBlocks", 0, 1, "must be 1 to 256"),
        Bound("Network.TransformerBlocks", 257, 256, "must be 1 to 256"),
        Bound("Network.AttentionHeads", 0, 1, "must be 1 to 64"),
        Bound("Network.AttentionHeads", 65, 64, "must be 1 to 64"),
        Bound("Network.TextEncoder.Width", 7, 8, "must be 8 to 4096"),
        Bound("Network.TextEncoder.Width", 4097, 4096, "must be 8 to 4096"),
        Bound("Network.TextEncoder.Depth", 0, 1, "must be 1 to 64"),
        Bound("Network.TextEncoder.Depth", 65, 64, "must be 1 to 64"),
        Bound("Network.TextEncoder.Heads", 0, 1, "must be 1 to 64"),
        Bound("Network.TextEncoder.Heads", 65, 64, "must be 1 to 64"),
        Bound("Network.TextEncoder.Heads", 3, 2, "must divide Network.TextEncoder.Width (128)"),
        Bound("Network.TextEncoder.MaxLength", 3, 4, "must be 4 to 4096"),
        Bound("Network.TextEncoder.MaxLength", 4097, 4096, "must be 4 to 4096"),
        Bound("Diffusion.NoiseResolution", 0, 1, "must be 1 to 4096"),
        Bound("Diffusion.NoiseResolution", 4097, 4096, "must be 1 to 4096"),
        Bound("Diffusion.NoiseResolutionLow", 0, 1, "must be 1 to 4096"),
        Bound("Diffusion.NoiseResolutionLow", 4097, 4096, "must be 1 to 4096"),
        Bound("Diffusion.NoiseResolutionHigh", 0, 1, "must be 1 to 4096"),
        Bound("Diffusion.NoiseResolutionHigh", 4097, 4096, "must be 1 to 4096"),
        Bound("Diffusion.LogSnrMin", -30.001, -30.0, "must be -30 to 0"),
        Bound("Diffusion.LogSnrMin", 0.001, 0.0, "must be -30 to 0"),
        Bound("Diffusion.LogSnrMax", -0.001, 0.0, "must be 0 to 30"),
        Bound("Diffusion.LogSnrMax", 30.001, 30.0, "must be 0 to 30"),
        Bound("Diffusion.SigmoidLossBias", -20.01f, -20f, "must be -20 to 20"),
        Bound("Diffusion.SigmoidLossBias", 20.01f, 20f, "must be -20 to 20"),
        Bound("Diffusion.MinSnrGamma", 0f, 0.001f, "must be above 0"),
        Bound("Diffusion.MinSnrGamma", float.PositiveInfinity, float.MaxValue, "must be above 0"),
        Bound("Diffusion.ConditioningDropout", -0.001f, 0f, "must be 0 to 1"),
        Bound("Diffusion.ConditioningDropout", 1.001f, 1f, "must be 0 to 1"),
        Bound("Training.Steps", 0, 1, "must be 1 or more"),
        Bound("Training.BatchSize", 0, 1, "must be 1 to 65536"),
        Bound("Training.BatchSize", 65537, 65536, "must be 1 to 65536"),
        Bound("Training.GradientAccumulation", 0, 1, "must be 1 to 65536"),
        Bound("Training.GradientAccumulation", 65537, 65536, "must be 1 to 65536"),
        Bound("Training.LearningRate", 0.0, 1e-300, "must be above 0"),
        Bound("Training.LearningRate", double.PositiveInfinity, 1e300, "must be above 0"),
        Bound("Training.LearningRate", double.NaN, 1.0, "must be above 0"),
        Bound("Training.WarmupSteps", -1, 0, "must be 0 or more"),
        Bound("Training.AdamBeta1", -0.001, 0.0, "must be 0 to below 1"),
        Bound("Training.AdamBeta1", 1.0, 0.999, "must be 0 to below 1"),
        Bound("Training.AdamBeta2", -0.001, 0.0, "must be 0 to below 1"),
        Bound("Training.AdamBeta2", 1.0, 0.999, "must be 0 to below 1"),
        Bound("Training.AdamEpsilon", 0.0, 1e-300, "must be above 0"),
        Bound("Training.WeightDecay", -0.001, 0.0, "must be 0 to 1"),
        Bound("Training.WeightDecay", 1.001, 1.0, "must be 0 to 1"),
        Bound("Training.GradientClipNorm", -0.001, 0.0, "must be 0 or more"),
        Bound("Training.GradientClipNorm", double.PositiveInfinity, double.MaxValue, "must be 0 or more"),
        Bound("Training.EmaDecay", -0.001, 0.0, "must be 0 to below 1"),
        Bound("Training.EmaDecay", 1.0, 0.999, "must be 0 to below 1"),
        Bound("Training.MaxSkippedStepsInARow", 0, 1, "must be 1 or more"),
        Bound("Training.CheckpointEverySteps", 0, 1, "must be 1 or more"),
        Bound("Training.CheckpointsToKeep", 0, 1, "must be 1 or more"),
        Bound("Training.KeepCheckpointEverySteps", 0, 1, "must be 1 or more"),
        Bound("Training.SampleEverySteps", 0, 1, "must be 1 or more"),
        Bound("Training.EvaluateEverySteps", 0, 5, "must be 1 or more"),
        Bound("Training.EvaluateEverySteps", 4, 5, "must be so high that there are at most 2000 evaluations in 10000 steps"),
        Bound("Training.EarlyStoppingPatience", 0, 1, "must be 1 or more"),
        Bound("Training.StopAtStep", 0, 1, "must be 1 to 10000"),
        Bound("Training.StopAtStep", 10_001, 10_000, "must be 1 to 10000"),
        Bound("Sampling.Steps", 0, 1, "must be 1 to 10000"),
        Bound("Sampling.Steps", 10_001, 10_000, "must be 1 to 10000"),
        Bound("Sampling.GuidanceScale", -0.001f, 0f, "must be 0 to 100"),
        Bound("Sampling.GuidanceScale", 100.1f, 100f, "must be 0 to 100"),
        Bound("Sampling.GuidanceIntervalStart", -0.001f, 0f, "must be 0 to 1"),
        Bound("Sampling.GuidanceIntervalStart", 1.001f, 1f, "must be 0 to 1"),
        Bound("Sampling.GuidanceIntervalEnd", -0.001f, 0f, "must be 0 to 1"),
        Bound("Sampling.GuidanceIntervalEnd", 1.001f, 1f, "must be 0 to 1"),
        Bound("Sampling.GuidanceRescale", -0.001f, 0f, "must be 0 to 1"),
        Bound("Sampling.GuidanceRescale", 1.001f, 1f, "must be 0 to 1"),
        Bound("Sampling.NoiseInterpolation", -0.001f, 0f, "must be 0 to 1"),
        Bound("Sampling.NoiseInterpolation", 1.001f, 1f, "must be 0 to 1"),
        Bound("Sampling.DdimEta", -0.001f, 0f, "must be 0 to 1"),
        Bound("Sampling.DdimEta", 1.001f, 1f, "must be 0 to 1"),
        Bound("Sampling.DynamicThresholdQuantile", 0f, 0.001f, "must be above 0"),
        Bound("Sampling.DynamicThresholdQuantile", 1.001f, 1f, "must be 0 to 1"),
        Bound("Sampling.Strength", 0f, 0.001f, "must be above 0"),
        Bound("Sampling.Strength", 1.001f, 1f, "must be 0 to 1"),
        Bound("Sampling.BatchSize", 0, 1, "must be 1 to 65536"),
        Bound("Sampling.BatchSize", 65537, 65536, "must be 1 to 65536"),
        Bound("Compute.DeviceIndex", -1, 0, "must be 0 to 1023"),
        Bound("Compute.DeviceIndex", 1024, 1023, "must be 0 to 1023"),
        Bound("Compute.Threads", 0, 1, "must be 1 to 4096"),
        Bound("Compute.Threads", 4097, 4096, "must be 1 to 4096"),
        Bound("Compute.RankTimeoutSeconds", 0, 1, "must be 1 to 86400"),
        Bound("Compute.RankTimeoutSeconds", 86_401, 86_400, "must be 1 to 86400"),
    ];

    public static IEnumerable<object[]> Enumerations =>
        OptionPath.All.Where(path => path.ValueType.IsEnum).Select(path => new object[] { path.Name });

    public static IEnumerable<object[]> Columns =>
        OptionPath.All.Where(path => path.ValueType == typeof(string)).Select(path => new object[] { path.Name });

    [TestMethod]
    [DynamicData(nameof(Bounds))]
    public void Value_on_the_bound_is_taken_and_one_beyond_refused(string option, object beyond, object on, string requirement)
    {
        var options = Roomy();
        OptionPath.Find(option)!.Set(options, on);
        OptionsValidator.Validate(options);

        OptionPath.Find(option)!.Set(options, beyond);

        AssertRefused(option, beyond, requirement, options);
    }

    [TestMethod]
    [DynamicData(nameof(Enumerations))]
    public void Value_that_is_no_member_of_an_enumeration_is_refused_with_those_that_are(string option)
    {
        var path = OptionPath.Find(option)!;
        var options = Roomy();
        object value = Enum.ToObject(path.ValueType, 99);
        path.Set(options, value);

        AssertRefused(option, value, $"must be one of {string.Join(", ", Enum.GetNames(path.ValueType))}", options);
    }

    [TestMethod]
    [DynamicData(nameof(Columns))]
    public void Blank_name_is_refused(string option)
    {
        string requirement = option is "OutputColumnName" or "ImageColumnName" or "Training.MonitoredMetric" ? "must be a name" : "must be a name or null";
        foreach (string blank in new[] { string.Empty, " \t" })
        {
            var options = Roomy();
            OptionPath.Find(option)!.Set(options, blank);

            AssertRefused(option, blank, requirement, options);
        }

        if (requirement == "must be a name")
        {
            var options = Roomy();
            OptionPath.Find(option)!.Set(options, null);
            AssertRefused(option, null, requirement, options);
        }
    }

    [TestMethod]
    [DataRow("Network")]
    [DataRow("Diffusion")]
    [DataRow("Training")]
    [DataRow("Sampling")]
    [DataRow("Compute")]
    [DataRow("Network.TextEncoder")]
    [DataRow("Training.Metrics")]
    public void Group_that_is_null_is_refused(string option)
    {
        var options = Roomy();
        string[] names = option.Split('.');
        object owner = names.Length == 1 ? options : typeof(SimpleDiffusionOptions).GetProperty(names[0])!.GetValue(options)!;
        owner.GetType().GetProperty(names[^1])!.SetValue(owner, null);

        AssertRefused(option, null, "must not be null", options);
    }

    private static void AssertRefused(string option, object? value, string requirement, SimpleDiffusionOptions options)
    {
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => OptionsValidator.Validate(options));

        Assert.AreEqual(option, error.ParamName);
        StringAssert.StartsWith(error.Message, $"The option {option} {requirement}.");
        Assert.AreEqual(Text(value), Text(error.ActualValue));
    }

    private static string? Text(object? value) => value is float or int ? Convert.ToDouble(value, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)
        : Convert.ToString(value, CultureInfo.InvariantCulture);

    /// <summary>Options in which each may take its whole range while the others stay.</summary>
    private static SimpleDiffusionOptions Roomy() => new()
    {
        ConditionColumnName = "Label",
        InputImageColumnName = "Input",
        Network = new NetworkOptions { ChannelMultipliers = [1, 4], BaseChannels = 32, AttentionHeads = 1, BlocksPerLevel = [1], TextEncoder = new TextEncoderOptions { Heads = 1, Width = 128 } },
        Diffusion = new DiffusionOptions { NoiseResolutionLow = 32 },
        Training = new TrainingOptions { CheckpointDirectory = "checkpoints" },
    };

    private static object[] Bound(string option, object beyond, object on, string requirement) => [option, beyond, on, requirement];
}
