using Microsoft.ML.SimpleDiffusion.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Tests.Options;

[TestClass]
public class OptionsValidatorTests
{
    public static IEnumerable<object[]> Mistakes =>
    [
        Mistake("ImageHeight", o => o.ImageHeight = 3),
        Mistake("ImageHeight", o => (o.ImageHeight, o.Network.ChannelMultipliers) = (66, [1, 2, 4])),
        Mistake("ImageWidth", o => o.ImageWidth = 5000),
        Mistake("Channels", o => o.Channels = 17),
        Mistake("PixelMinimum", o => o.PixelMinimum = 0),
        Mistake("PixelMaximum", o => o.PixelMaximum = 1),
        Mistake("PixelMinimum", o => (o.PixelMinimum, o.PixelMaximum) = (1, 1)),
        Mistake("PixelMinimum", o => (o.PixelMinimum, o.PixelMaximum) = (2, 1)),
        Mistake("PixelMinimum", o => (o.PixelMinimum, o.PixelMaximum) = (float.NaN, 1)),
        Mistake("PixelMaximum", o => (o.PixelMinimum, o.PixelMaximum) = (0, float.PositiveInfinity)),
        Mistake("PixelMaximum", o => (o.PixelMinimum, o.PixelMaximum) = (float.MinValue, float.MaxValue)),
        Mistake("PixelMaximum", o => (o.PixelMinimum, o.PixelMaximum) = (0, float.Epsilon)),
        Mistake("OutputPixelsColumnName", o => (o.PixelMinimum, o.PixelMaximum, o.OutputPixelsColumnName) = (0, 1, "Pixels")),
        Mistake("OutputColumnName", o => o.OutputColumnName = " "),
        Mistake("ImageColumnName", o => o.ImageColumnName = string.Empty),
        Mistake("OutputPixelsColumnName", o => o.OutputPixelsColumnName = o.OutputColumnName),
        Mistake("SeedColumnName", o => o.SeedColumnName = string.Empty),
        Mistake("Network.BaseChannels", o => o.Network.BaseChannels = 33),
        Mistake("Network.EmbeddingChannels", o => o.Network.EmbeddingChannels = 1),
        Mistake("Network.ChannelMultipliers", o => o.Network.ChannelMultipliers = [1, 0]),
        Mistake("Network.BlocksPerLevel", o => o.Network.BlocksPerLevel = [2]),
        Mistake("Network.TransformerBlocks", o => o.Network.TransformerBlocks = 0),
        Mistake("Network.AttentionHeads", o => o.Network.AttentionHeads = 7),
        Mistake("Network.Dropout", o => o.Network.Dropout = 1),
        Mistake("Network.PatchLevels", o => o.Network.PatchLevels = 3),
        Mistake("Network.Patching", o => o.Network.Patching = (PatchingType)9),
        Mistake("Network", o => o.Network = null!),
        Mistake("Diffusion", o => o.Diffusion = null!),
        Mistake("Training", o => o.Training = null!),
        Mistake("Sampling", o => o.Sampling = null!),
        Mistake("Compute", o => o.Compute = null!),
        Mistake("Network.AttentionResolutions", o => (o.Network.Architecture, o.Network.AttentionResolutions) = (NetworkArchitecture.UNet, [16, 12])),
        Mistake("Network.DropoutFromResolution", o => (o.Network.Architecture, o.Network.Dropout, o.Network.DropoutFromResolution) = (NetworkArchitecture.UNet, 0.1f, 8)),
        Mistake("Network.DropoutFromResolution", o => o.Network.DropoutFromResolution = -1),
        Mistake("ImageHeight", o => (o.ImageHeight, o.Network.Patching, o.Network.PatchLevels) = (66, PatchingType.Dwt, 2)),
        Mistake("ImageWidth", o => (o.ImageWidth, o.Network.Patching) = (129, PatchingType.Convolution)),
        Mistake("Network.TransformerFromResolution", o => o.Network.TransformerFromResolution = -1),
        Mistake("Network.TransformerFromResolution", o => o.Network.TransformerFromResolution = 16),
        Mistake("Network.TransformerFromResolution", o => (o.Network.Architecture, o.Network.TransformerFromResolution) = (NetworkArchitecture.UNet, 32)),
        Mistake("Network.AttentionHeads", o => (o.Network.BaseChannels, o.Network.ChannelMultipliers, o.Network.AttentionHeads, o.Network.TransformerFromResolution) = (32, [1, 1, 3], 12, 32)),
        Mistake("Network.TextEncoder", o => o.Network.TextEncoder = null!),
        Mistake("Network.TextEncoder.Width", o => o.Network.TextEncoder.Width = 7),
        Mistake("Network.TextEncoder.Depth", o => o.Network.TextEncoder.Depth = 0),
        Mistake("Network.TextEncoder.Heads", o => (o.Network.TextEncoder.Width, o.Network.TextEncoder.Heads) = (64, 5)),
        Mistake("Network.TextEncoder.Heads", o => o.Network.TextEncoder.Heads = 65),
        Mistake("Network.TextEncoder.MaxLength", o => o.Network.TextEncoder.MaxLength = 3),
        Mistake("NegativePromptColumnName", o => o.NegativePromptColumnName = " "),
        Mistake("NegativePromptColumnName", o => (o.ConditionColumnName, o.NegativePromptColumnName) = (null, "Not")),
        Mistake("Diffusion.NoiseResolution", o => o.Diffusion.NoiseResolution = 0),
        Mistake("Diffusion.NoiseResolutionLow", o => (o.Diffusion.Schedule, o.Diffusion.NoiseResolutionLow) = (ScheduleType.InterpolatedCosine, 256)),
        Mistake("Diffusion.LogSnrMin", o => o.Diffusion.LogSnrMin = double.NaN),
        Mistake("Diffusion.LogSnrMin", o => (o.Diffusion.LogSnrMin, o.Diffusion.LogSnrMax) = (15, -15)),
        Mistake("Diffusion.LogSnrMin", o => (o.Diffusion.LogSnrMin, o.Diffusion.LogSnrMax) = (0, 0)),
        Mistake("Diffusion.LogSnrMax", o => o.Diffusion.LogSnrMax = -1),
        Mistake("Diffusion.NoiseDraws", o => o.Diffusion.NoiseDraws = (NoiseDraws)2),
        Mistake("Diffusion.LogSnrMean", o => o.Diffusion.LogSnrMean = double.NaN),
        Mistake("Diffusion.LogSnrDeviation", o => o.Diffusion.LogSnrDeviation = 0),
        Mistake("Diffusion.ScheduleDrawsFrom", o => o.Diffusion.ScheduleDrawsFrom = 1.1),
        Mistake("Diffusion.MinSnrGamma", o => o.Diffusion.MinSnrGamma = 0),
        Mistake("Diffusion.ConditioningDropout", o => o.Diffusion.ConditioningDropout = 1.1f),
        Mistake("Diffusion.MultiscaleBaseResolution", o => o.Diffusion.MultiscaleBaseResolution = 24),
        Mistake("Diffusion.Loss", o => (o.Diffusion.MultiscaleBaseResolution, o.Diffusion.Loss) = (32, LossType.Sigmoid)),
        Mistake("Training.Steps", o => o.Training.Steps = 0),
        Mistake("Training.BatchSize", o => o.Training.BatchSize = 0),
        Mistake("Training.GradientAccumulation", o => o.Training.GradientAccumulation = 0),
        Mistake("Training.LearningRate", o => o.Training.LearningRate = double.PositiveInfinity),
        Mistake("Training.LearningRateDecay", o => o.Training.LearningRateDecay = (LearningRateDecay)4),
        Mistake("Training.LearningRateDecayShare", o => o.Training.LearningRateDecayShare = 0),
        Mistake("Training.HalfResolutionShare", o => o.Training.HalfResolutionShare = -0.1),
        Mistake("Training.HalfResolutionShare", o => o.Training.HalfResolutionShare = double.NaN),
        Mistake("Training.AugmentationShare", o => o.Training.AugmentationShare = -0.1),
        Mistake("Training.AugmentationShare", o => o.Training.AugmentationShare = double.NaN),
        Mistake("Training.CropShare", o => (o.Network.Coordinates, o.Training.CropShare) = (true, -0.1)),
        Mistake("Training.CropShare", o => o.Training.CropShare = 0.5),
        Mistake("Network.Coordinates", o => (o.Network.Coordinates, o.Network.Seamless) = (true, true)),
        Mistake("Training.LearningRateDecayShare", o => o.Training.LearningRateDecayShare = 1.5),
        Mistake("Training.WarmupSteps", o => o.Training.WarmupSteps = -1),
        Mistake("Training.AdamBeta1", o => o.Training.AdamBeta1 = 1),
        Mistake("Training.AdamBeta2", o => o.Training.AdamBeta2 = -0.1),
        Mistake("Training.AdamEpsilon", o => o.Training.AdamEpsilon = 0),
        Mistake("Training.WeightDecay", o => o.Training.WeightDecay = -1),
        Mistake("Training.GradientClipNorm", o => o.Training.GradientClipNorm = -1),
        Mistake("Training.EmaDecay", o => o.Training.EmaDecay = 1),
        Mistake("Training.MaxSkippedStepsInARow", o => o.Training.MaxSkippedStepsInARow = 0),
        Mistake("Training.CheckpointEverySteps", o => o.Training.CheckpointEverySteps = 0),
        Mistake("Training.CheckpointsToKeep", o => o.Training.CheckpointsToKeep = 0),
        Mistake("Training.BatchSize", o => o.Training.BatchSize = 65537),
        Mistake("Training.SampleEverySteps", o => (o.Training.CheckpointDirectory, o.Training.SampleEverySteps) = ("checkpoints", 0)),
        Mistake("Training.SampleEverySteps", o => o.Training.SampleEverySteps = 100),
        Mistake("Training.TensorBoardDirectory", o => o.Training.TensorBoardDirectory = " "),
        Mistake("Training.KeepCheckpointEverySteps", o => o.Training.KeepCheckpointEverySteps = 0),
        Mistake("Training.EvaluateEverySteps", o => o.Training.EvaluateEverySteps = 0),
        Mistake("Training.EvaluateEverySteps", o => (o.Training.Steps, o.Training.EvaluateEverySteps) = (2_001, 1)),
        Mistake("Training.Metrics", o => o.Training.Metrics = null!),
        Mistake("Training.Metrics", o => o.Training.Metrics = [null!]),
        Mistake("Training.Metrics", o => o.Training.Metrics = [new FakeMetric(_ => 0, name: " ")]),
        Mistake("Training.Metrics", o => o.Training.Metrics = [new FakeMetric(_ => 0, name: new string('a', 51))]),
        Mistake("Training.Metrics", o => o.Training.Metrics = [new FakeMetric(_ => 0), new FakeMetric(_ => 1)]),
        Mistake("Training.Metrics", o => o.Training.Metrics = [new FakeMetric(_ => 0, TrainingOptions.ValidationLossName)]),
        Mistake("Training.Metrics", o => o.Training.Metrics = [.. Enumerable.Range(0, 11).Select(i => new FakeMetric(_ => 0, $"{i}"))]),
        Mistake("Training.MonitoredMetric", o => o.Training.MonitoredMetric = string.Empty),
        Mistake("Training.MonitoredMetric", o => (o.Training.Metrics, o.Training.MonitoredMetric) = ([new FakeMetric(_ => 0)], "Other")),
        Mistake("Training.EarlyStoppingPatience", o => o.Training.EarlyStoppingPatience = 0),
        Mistake("Training.StopAtStep", o => o.Training.StopAtStep = 0),
        Mistake("Training.StopAtStep", o => (o.Training.Steps, o.Training.StopAtStep) = (10, 11)),
        Mistake("Sampling.Steps", o => o.Sampling.Steps = 0),
        Mistake("Sampling.GuidanceScale", o => o.Sampling.GuidanceScale = -1),
        Mistake("Sampling.GuidanceScale", o => (o.ConditionColumnName, o.Sampling.GuidanceScale) = (null, 2)),
        Mistake("Sampling.GuidanceIntervalStart", o => (o.Sampling.GuidanceIntervalStart, o.Sampling.GuidanceIntervalEnd) = (0.6f, 0.5f)),
        Mistake("Sampling.GuidanceRescale", o => o.Sampling.GuidanceRescale = 2),
        Mistake("Sampling.NoiseInterpolation", o => o.Sampling.NoiseInterpolation = float.NaN),
        Mistake("Sampling.DdimEta", o => o.Sampling.DdimEta = 2),
        Mistake("Sampling.DynamicThresholdQuantile", o => o.Sampling.DynamicThresholdQuantile = 0),
        Mistake("Sampling.BatchSize", o => o.Sampling.BatchSize = 0),
        Mistake("Compute.DeviceIndex", o => o.Compute.DeviceIndex = -1),
        Mistake("Compute.Threads", o => o.Compute.Threads = 0),
        Mistake("Compute.RankTimeoutSeconds", o => o.Compute.RankTimeoutSeconds = 0),
        Mistake("Compute.ShardWeights", o => o.Compute.ShardWeights = true),
    ];

    [TestMethod]
    [DynamicData(nameof(Mistakes))]
    public void Mistake_is_refused_at_construction_naming_the_option(string option, Action<SimpleDiffusionOptions> change)
    {
        var options = new SimpleDiffusionOptions { ConditionColumnName = "Label" };
        change(options);

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new MLContext().Transforms.SimpleDiffusion(options));

        Assert.AreEqual(option, error.ParamName);
        StringAssert.Contains(error.Message, $"The option {option} must");
    }

    [TestMethod]
    public void Mistake_in_draws_or_decay_is_told_with_what_would_be_right()
    {
        Refused("must be one of Schedule, Normal", o => o.Diffusion.NoiseDraws = (NoiseDraws)2);
        Refused("must be -20 to 20", o => o.Diffusion.LogSnrMean = -21);
        Refused("must be 0.1 to 20", o => o.Diffusion.LogSnrDeviation = double.PositiveInfinity);
        Refused("must be 0 to 1", o => o.Diffusion.ScheduleDrawsFrom = -0.1);
        Refused("must be one of Constant, Cosine, Linear, WarmupStableDecay", o => o.Training.LearningRateDecay = (LearningRateDecay)4);
        Refused("must be above 0", o => o.Training.LearningRateDecayShare = double.NaN);
        Refused("must be 0 to 1", o => o.Training.LearningRateDecayShare = 2);
        Refused("must be 0 to 0.9", o => o.Training.HalfResolutionShare = 1);
        Refused("must be 0 to 0.95", o => o.Training.AugmentationShare = 1);
        Refused("must be 0 to 0.9", o => (o.Network.Coordinates, o.Training.CropShare) = (true, 1));
        Refused("must be 0 unless Network.Coordinates is true, which tells the network where a crop is from", o => o.Training.CropShare = 0.5);
        Refused("must be false with Network.Seamless, whose images have no place to begin", o => (o.Network.Coordinates, o.Network.Seamless) = (true, true));
        Refused("must be 0 unless ImageHeight (24) and ImageWidth (24) are divisible by 16, twice what the network divides them by", o =>
        {
            (o.ImageHeight, o.ImageWidth, o.Training.HalfResolutionShare) = (24, 24, 0.5);
            (o.Network.ChannelMultipliers, o.Network.BlocksPerLevel, o.Network.Patching) = ([1, 2, 4, 4], [1, 1, 1], PatchingType.None);
        });
        Refused("must be 0 unless ImageHeight (24) and ImageWidth (24) are divisible by 16, twice what the network divides them by", o =>
        {
            (o.ImageHeight, o.ImageWidth, o.Network.Coordinates, o.Training.CropShare) = (24, 24, true, 0.5);
            (o.Network.ChannelMultipliers, o.Network.BlocksPerLevel, o.Network.Patching) = ([1, 2, 4, 4], [1, 1, 1], PatchingType.None);
        });
        Refused("must be at most 32, half of the image's shorter side, with Training.HalfResolutionShare or Training.CropShare", o =>
        {
            (o.ImageHeight, o.ImageWidth, o.Diffusion.MultiscaleBaseResolution, o.Training.HalfResolutionShare) = (64, 64, 64, 0.5);
        });
        Refused("must be at most 32, half of the image's shorter side, with Training.HalfResolutionShare or Training.CropShare", o =>
        {
            (o.ImageHeight, o.ImageWidth, o.Diffusion.MultiscaleBaseResolution, o.Network.Coordinates, o.Training.CropShare) = (64, 64, 64, true, 0.5);
        });

        static void Refused(string requirement, Action<SimpleDiffusionOptions> change)
        {
            var options = new SimpleDiffusionOptions();
            change(options);
            var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => OptionsValidator.Validate(options));
            StringAssert.StartsWith(error.Message, $"The option {error.ParamName} {requirement}.");
        }
    }

    [TestMethod]
    [DataRow(32, 32)]
    [DataRow(64, 64)]
    [DataRow(96, 64)]
    [DataRow(128, 128)]
    [DataRow(256, 256)]
    [DataRow(512, 512)]
    [DataRow(384, 640)]
    public void Defaults_fit_every_usual_size(int height, int width)
    {
        foreach (var architecture in Enum.GetValues<NetworkArchitecture>())
        {
            foreach (bool hasGpu in new[] { false, true })
            {
                var options = new SimpleDiffusionOptions { ImageHeight = height, ImageWidth = width };
                options.Network.Architecture = architecture;
                NetworkDefaults.Complete(options, hasGpu);

                OptionsValidator.Validate(options);
                Assert.IsLessThanOrEqualTo(24, Math.Min(height, width) / NetworkSpecification.Create(options, 0).PatchSize >> (options.Network.ChannelMultipliers!.Length - 1));
            }
        }
    }

    [TestMethod]
    public void Defaults_fit_every_size_at_all()
    {
        foreach (var architecture in Enum.GetValues<NetworkArchitecture>())
        {
            int[] sides = [.. Enumerable.Range(4, 140), 255, 256, 258, 500, 511, 512, 1024, 1026, 4095, 4096];
            foreach (int height in sides)
            {
                foreach (int width in new[] { height, 64, 97, 384 })
                {
                    var options = new SimpleDiffusionOptions { ImageHeight = height, ImageWidth = width };
                    options.Network.Architecture = architecture;

                    OptionsValidator.ValidateNew(options);
                }
            }
        }
    }

    [TestMethod]
    public void Defaults_of_the_text_encoder_fit_the_narrowest_network()
        => OptionsValidator.ValidateNew(new SimpleDiffusionOptions { ImageHeight = 8, ImageWidth = 8, Network = new NetworkOptions { BaseChannels = 4, ChannelMultipliers = [1], BlocksPerLevel = [] } });

    [TestMethod]
    public void Refused_attention_resolution_comes_with_those_that_would_do()
    {
        var options = new SimpleDiffusionOptions { Network = new NetworkOptions { Architecture = NetworkArchitecture.UNet, AttentionResolutions = [12] } };

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new MLContext().Transforms.SimpleDiffusion(options));

        StringAssert.Contains(error.Message, "64, 32, 16");
    }

    [TestMethod]
    public void Stored_model_with_an_attention_resolution_that_does_not_occur_still_loads()
    {
        var options = new SimpleDiffusionOptions { Network = new NetworkOptions { Architecture = NetworkArchitecture.UNet, AttentionResolutions = [8, 16] } };

        OptionsValidator.Validate(options);
    }

    [TestMethod]
    public void Options_are_copied_on_entry()
    {
        var context = new MLContext();
        var options = new SimpleDiffusionOptions { ImageColumnName = "Picture" };
        var estimator = context.Transforms.SimpleDiffusion(options);
        options.ImageColumnName = "Other";

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => estimator.Fit(context.Data.LoadFromEnumerable(new[] { new { X = 1 } })));

        StringAssert.Contains(error.Message, "Could not find image column 'Picture'");
    }

    [TestMethod]
    public void Stored_model_goes_without_the_metric_that_it_was_chosen_by()
    {
        var options = new SimpleDiffusionOptions { Training = new TrainingOptions { MonitoredMetric = "Other" } };

        OptionsValidator.Validate(options);
    }

    [TestMethod]
    public void Metrics_are_copied_on_entry()
    {
        var metrics = new List<IValidationMetric> { new FakeMetric(_ => 0) };
        var options = new TrainingOptions { Metrics = metrics };

        var copy = options.Clone();
        metrics.Clear();

        Assert.HasCount(1, copy.Metrics);
    }

    private static object[] Mistake(string option, Action<SimpleDiffusionOptions> change) => [option, change];
}
