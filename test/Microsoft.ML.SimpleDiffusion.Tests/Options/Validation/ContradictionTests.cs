namespace Microsoft.ML.SimpleDiffusion.Tests.Options.Validation;

/// <summary>Options that are right each by itself and wrong together.</summary>
[TestClass]
public class ContradictionTests
{
    public static IEnumerable<object[]> Contradictions =>
    [
        Case("OutputPixelsColumnName", "must differ from OutputColumnName", o => o.OutputPixelsColumnName = "GeneratedImage"),
        Case("Sampling.OutputSeedColumnName", "must be null without Sampling.FreshSeeds", o => o.Sampling.OutputSeedColumnName = "Seed"),
        Case("Sampling.OutputSeedColumnName", "must differ from the other output columns", o => (o.Sampling.FreshSeeds, o.Sampling.OutputSeedColumnName) = (true, o.OutputColumnName)),
        Case("Sampling.OutputSeedColumnName", "must differ from the other output columns", o => (o.Sampling.FreshSeeds, o.Sampling.OutputSeedColumnName, o.OutputPixelsColumnName) = (true, "Same", "Same")),
        Case("PortraitColumnName", "must be null without Network.PortraitFlag", o => o.PortraitColumnName = "IsPortrait"),
        Case("Sampling.Portrait", "must be false without Network.PortraitFlag", o => o.Sampling.Portrait = true),
        Case("MaskColumnName", "must be null without InputImageColumnName", o => o.MaskColumnName = "Mask"),
        Case("Sampling.Strength", "must be 1 without InputImageColumnName", o => o.Sampling.Strength = 0.5f),
        Case("Network.PortraitFlag", "must be false unless ImageWidth (64) is above ImageHeight (64)", o => o.Network.PortraitFlag = true),
        Case("Sampling.GuidanceScale", "must be 1 (off) without a condition column", o => (o.ConditionColumnName, o.Sampling.GuidanceScale) = (null, 2)),
        Case("NegativePromptColumnName", "must be null without a condition column", o => (o.ConditionColumnName, o.NegativePromptColumnName) = (null, "Not")),
        Case("Diffusion.NoiseResolutionLow", "must be below Diffusion.NoiseResolutionHigh (64)", o => (o.Diffusion.Schedule, o.Diffusion.NoiseResolutionLow, o.Diffusion.NoiseResolutionHigh) = (ScheduleType.InterpolatedCosine, 64, 64)),
        Case("Diffusion.LogSnrMin", "must be below Diffusion.LogSnrMax", o => (o.Diffusion.LogSnrMin, o.Diffusion.LogSnrMax) = (0, 0)),
        Case("Diffusion.MultiscaleBaseResolution", "must be the image's shorter side (64) divided by a power of two that divides both sides", o => o.Diffusion.MultiscaleBaseResolution = 0),
        Case("Diffusion.MultiscaleBaseResolution", "must be the image's shorter side (64) divided by a power of two that divides both sides", o => o.Diffusion.MultiscaleBaseResolution = -32),
        Case("Diffusion.MultiscaleBaseResolution", "must be the image's shorter side (64) divided by a power of two that divides both sides", o => o.Diffusion.MultiscaleBaseResolution = 24),
        Case("Diffusion.MultiscaleBaseResolution", "must be the image's shorter side (48) divided by a power of two that divides both sides", o => (o.ImageWidth, o.Diffusion.MultiscaleBaseResolution) = (48, 16)),
        Case("Diffusion.MultiscaleBaseResolution", "must be the image's shorter side (64) divided by a power of two that divides both sides", o => (o.ImageWidth, o.Network.ChannelMultipliers, o.Diffusion.MultiscaleBaseResolution) = (66, [1, 2], 16)),
        Case("Diffusion.MultiscaleBaseResolution", "must be the image's shorter side (64) divided by a power of two that divides both sides", o => (o.ImageHeight, o.Network.ChannelMultipliers, o.Diffusion.MultiscaleBaseResolution) = (66, [1, 2], 16)),
        Case("Diffusion.Loss", "must be Auto, Epsilon or V with the multiscale loss", o => (o.Diffusion.MultiscaleBaseResolution, o.Diffusion.Loss) = (32, LossType.X)),
        Case("Training.SampleEverySteps", "must be null (off) unless Training.CheckpointDirectory is set, the folder that the images go to", o => o.Training.SampleEverySteps = 5),
        Case("Sampling.GuidanceIntervalStart", "must not be above Sampling.GuidanceIntervalEnd (0.5)", o => (o.Sampling.GuidanceIntervalStart, o.Sampling.GuidanceIntervalEnd) = (0.6f, 0.5f)),
    ];

    public static IEnumerable<object[]> Agreements =>
    [
        Case("pixels beside images", o => o.OutputPixelsColumnName = "Pixels"),
        Case("seeds beside both", o => (o.Sampling.FreshSeeds, o.Sampling.OutputSeedColumnName, o.OutputPixelsColumnName) = (true, "Seeds", "Pixels")),
        Case("portraits of a landscape network", o => (o.ImageWidth, o.Network.PortraitFlag, o.PortraitColumnName, o.Sampling.Portrait) = (128, true, "IsPortrait", true)),
        Case("masks over images", o => (o.InputImageColumnName, o.MaskColumnName, o.Sampling.Strength) = ("Input", "Mask", 0.5f)),
        Case("guidance of a condition", o => (o.Sampling.GuidanceScale, o.NegativePromptColumnName) = (2, "Not")),
        Case("no guidance without a condition", o => o.ConditionColumnName = null),
        Case("interpolation upwards", o => (o.Diffusion.Schedule, o.Diffusion.NoiseResolutionLow, o.Diffusion.NoiseResolutionHigh) = (ScheduleType.InterpolatedCosine, 63, 64)),
        Case("equal resolutions that do not count", o => (o.Diffusion.NoiseResolutionLow, o.Diffusion.NoiseResolutionHigh) = (64, 64)),
        Case("guidance in one point", o => (o.Sampling.GuidanceIntervalStart, o.Sampling.GuidanceIntervalEnd) = (0.5f, 0.5f)),
        Case("the multiscale loss down to a side that is no power of two", o => (o.ImageHeight, o.ImageWidth, o.Diffusion.MultiscaleBaseResolution) = (48, 48, 24)),
        Case("the multiscale loss down to one pixel", o => o.Diffusion.MultiscaleBaseResolution = 1),
        Case("the multiscale loss of one scale", o => o.Diffusion.MultiscaleBaseResolution = 64),
        Case("the multiscale loss of an oblong", o => (o.ImageWidth, o.Diffusion.MultiscaleBaseResolution) = (96, 32)),
        Case("the multiscale loss of a tall one", o => (o.ImageHeight, o.Diffusion.MultiscaleBaseResolution) = (96, 32)),
        Case("the multiscale loss of epsilon", o => (o.Diffusion.MultiscaleBaseResolution, o.Diffusion.Loss) = (32, LossType.Epsilon)),
        Case("the multiscale loss of v", o => (o.Diffusion.MultiscaleBaseResolution, o.Diffusion.Loss) = (32, LossType.V)),
        Case("samples in a folder", o => (o.Training.CheckpointDirectory, o.Training.SampleEverySteps) = ("checkpoints", 5)),
    ];

    [TestMethod]
    [DynamicData(nameof(Contradictions))]
    public void Options_that_contradict_each_other_are_refused(string option, string requirement, Action<SimpleDiffusionOptions> change)
    {
        var options = new SimpleDiffusionOptions { ConditionColumnName = "Label" };
        change(options);

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => OptionsValidator.Validate(options));

        Assert.AreEqual(option, error.ParamName);
        StringAssert.StartsWith(error.Message, $"The option {option} {requirement}.");
    }

    [TestMethod]
    [DynamicData(nameof(Agreements))]
    public void Options_that_agree_are_taken(string what, Action<SimpleDiffusionOptions> change)
    {
        var options = new SimpleDiffusionOptions { ConditionColumnName = "Label" };
        change(options);

        OptionsValidator.Validate(options);
        Assert.IsNotNull(what);
    }

    [TestMethod]
    public void Guidance_is_asked_only_of_models_with_a_condition()
    {
        var options = new SimpleDiffusionOptions { ConditionColumnName = "Label", Sampling = new SamplingOptions { GuidanceScale = 2 } };
        var condition = new ConditionDescription { Kind = ConditionKind.Class, ClassLabels = ["a"] };

        OptionsValidator.ValidateGeneration(options, condition, distilled: null);
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => OptionsValidator.ValidateGeneration(options, ConditionDescription.None, distilled: null));
        options.Sampling.Steps = 0;
        var range = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => OptionsValidator.ValidateGeneration(options, condition, distilled: null));

        StringAssert.StartsWith(error.Message, "The option Sampling.GuidanceScale must be 1 (off) without a condition column.");
        Assert.AreEqual("Sampling.Steps", range.ParamName);
    }

    [TestMethod]
    public void Compute_options_are_checked_by_themselves()
    {
        OptionsValidator.ValidateCompute(new ComputeOptions { Threads = null });

        Assert.AreEqual("Compute.Threads", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => OptionsValidator.ValidateCompute(new ComputeOptions { Threads = 0 })).ParamName);
    }

    private static object[] Case(string option, string requirement, Action<SimpleDiffusionOptions> change) => [option, requirement, change];

    private static object[] Case(string what, Action<SimpleDiffusionOptions> change) => [what, change];
}
