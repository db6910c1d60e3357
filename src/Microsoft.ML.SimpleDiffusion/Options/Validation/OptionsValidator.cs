using Microsoft.ML.SimpleDiffusion.Data.Imaging;

namespace Microsoft.ML.SimpleDiffusion;

/// <summary>
/// The one place where options are checked: each value for its range, and all together for contradictions. The network has a page of its own,
/// <see cref="NetworkOptionsValidator"/>.
/// </summary>
internal static class OptionsValidator
{
    /// <summary>More than any machine has.</summary>
    public const int MaxThreads = 4096;

    private const int MaxRankTimeoutSeconds = 86_400;

    public const float MaxGuidanceScale = 100;

    private const int MaxImageSide = 4096;

    /// <summary>Checks options as a user gives them: <see cref="Validate"/>, and that no option is without effect.</summary>
    /// <inheritdoc cref="Validate" path="/exception"/>
    public static void ValidateNew(SimpleDiffusionOptions options)
    {
        Validate(options);
        EvaluationOptionsValidator.ValidateMetrics(options.Training);
        NetworkOptionsValidator.ValidateNew(options);
    }

    /// <summary>Checks everything that can be known before any data is seen.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range or contradicts another; the parameter name is the option's.</exception>
    public static void Validate(SimpleDiffusionOptions options)
    {
        Require.NotNull("Network", options.Network);
        Require.NotNull("Diffusion", options.Diffusion);
        Require.NotNull("Training", options.Training);
        Require.NotNull("Sampling", options.Sampling);
        Require.NotNull("Compute", options.Compute);
        ValidateColumns(options);
        Require.Range("ImageHeight", options.ImageHeight, 4, MaxImageSide);
        Require.Range("ImageWidth", options.ImageWidth, 4, MaxImageSide);
        Require.Range("Channels", options.Channels, 1, ImageSize.MaxChannels);
        ValidatePixelRange(options);
        ValidateDiffusion(options);
        ValidateTraining(options.Training);
        ValidateGeneration(options);
        if (options.ConditionColumnName is null)
        {
            RequireNoGuidance(options);
        }

        ValidateCompute(options.Compute);
        Require.That("Compute.ShardWeights", options.Compute.ShardWeights, !options.Compute.ShardWeights || options.Network.ActivationCheckpointing, "must be false without Network.ActivationCheckpointing, because weights are brought block by block");
        NetworkOptionsValidator.Validate(options);
    }

    /// <summary>Checks how a model is to generate.</summary>
    /// <param name="options">The model's options, with new ones for generation.</param>
    /// <param name="condition">The model's condition.</param>
    /// <param name="distilled">What the model has been distilled from, or null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range, or something is asked of the model that it has not learnt.</exception>
    public static void ValidateGeneration(SimpleDiffusionOptions options, ConditionDescription condition, DistillationInfo? distilled)
    {
        ValidateGeneration(options);
        DistillationValidator.ValidateGeneration(options, distilled);
        if (condition.Kind == ConditionKind.None)
        {
            RequireNoGuidance(options);
        }
    }

    /// <summary>Checks sampling options and the columns that generation reads.</summary>
    private static void ValidateGeneration(SimpleDiffusionOptions options)
    {
        var sampling = options.Sampling;
        ValidateSamplingRanges(sampling);
        Require.NotEmptyUnlessNull("NegativePromptColumnName", options.NegativePromptColumnName);
        Require.NotEmptyUnlessNull("PortraitColumnName", options.PortraitColumnName);
        Require.NotEmptyUnlessNull("InputImageColumnName", options.InputImageColumnName);
        Require.NotEmptyUnlessNull("MaskColumnName", options.MaskColumnName);
        ValidateSeedColumn(options);
        bool knowsPortraits = options.Network.PortraitFlag;
        Require.That("PortraitColumnName", options.PortraitColumnName, options.PortraitColumnName is null || knowsPortraits, "must be null without Network.PortraitFlag");
        Require.That("Sampling.Portrait", sampling.Portrait, !sampling.Portrait || knowsPortraits, "must be false without Network.PortraitFlag");
        Require.That(
            "OutputPixelsColumnName",
            options.OutputPixelsColumnName,
            options.OutputPixelsColumnName is null || options.PixelMinimum is null,
            "must be null with PixelMinimum and PixelMaximum, since OutputColumnName then has the pixels themselves");
        bool startsFromImages = options.InputImageColumnName is not null;
        Require.That("MaskColumnName", options.MaskColumnName, options.MaskColumnName is null || startsFromImages, "must be null without InputImageColumnName");
        Require.That("Sampling.Strength", sampling.Strength, sampling.Strength == 1 || startsFromImages, "must be 1 without InputImageColumnName");
    }

    private static void ValidateSeedColumn(SimpleDiffusionOptions options)
    {
        const string Name = "Sampling.OutputSeedColumnName";
        string? column = options.Sampling.OutputSeedColumnName;
        Require.NotEmptyUnlessNull(Name, column);
        Require.That(Name, column, column is null || options.Sampling.FreshSeeds, "must be null without Sampling.FreshSeeds");
        Require.That(Name, column, column is null || (column != options.OutputColumnName && column != options.OutputPixelsColumnName), "must differ from the other output columns");
    }

    private static void ValidateColumns(SimpleDiffusionOptions options)
    {
        Require.NotEmpty("OutputColumnName", options.OutputColumnName);
        Require.NotEmpty("ImageColumnName", options.ImageColumnName);
        Require.NotEmptyUnlessNull("OutputPixelsColumnName", options.OutputPixelsColumnName);
        Require.NotEmptyUnlessNull("ConditionColumnName", options.ConditionColumnName);
        Require.NotEmptyUnlessNull("SeedColumnName", options.SeedColumnName);
        Require.That(
            "OutputPixelsColumnName",
            options.OutputPixelsColumnName,
            options.OutputPixelsColumnName != options.OutputColumnName,
            "must differ from OutputColumnName");
    }

    private static void ValidatePixelRange(SimpleDiffusionOptions options)
    {
        float? minimum = options.PixelMinimum, maximum = options.PixelMaximum;
        Require.That("PixelMinimum", minimum, float.IsFinite(minimum ?? 0), "must be a finite number or null");
        Require.That("PixelMaximum", maximum, float.IsFinite(maximum ?? 0), "must be a finite number or null");
        Require.That("PixelMinimum", minimum, minimum is null || maximum is not null, "must be null (pixels are bytes) without PixelMaximum");
        Require.That("PixelMaximum", maximum, maximum is null || minimum is not null, "must be null (pixels are bytes) without PixelMinimum");
        Require.That("PixelMinimum", minimum, minimum is null || minimum < maximum, $"must be below PixelMaximum ({OptionValue.Text(maximum)})");
        Require.That("PixelMaximum", maximum, maximum is not float top || minimum is not float bottom || float.IsNormal(top - bottom), "must differ from PixelMinimum by a number that float can hold");
    }

    private static void ValidateDiffusion(SimpleDiffusionOptions options)
    {
        var diffusion = options.Diffusion;
        Require.Defined("Diffusion.Schedule", diffusion.Schedule);
        Require.Defined("Diffusion.Prediction", diffusion.Prediction);
        Require.Defined("Diffusion.Loss", diffusion.Loss);
        Require.Range("Diffusion.NoiseResolution", diffusion.NoiseResolution, 1, MaxImageSide);
        Require.Range("Diffusion.NoiseResolutionLow", diffusion.NoiseResolutionLow, 1, MaxImageSide);
        Require.Range("Diffusion.NoiseResolutionHigh", diffusion.NoiseResolutionHigh, 1, MaxImageSide);
        if (diffusion.Schedule == ScheduleType.InterpolatedCosine)
        {
            Require.That(
                "Diffusion.NoiseResolutionLow",
                diffusion.NoiseResolutionLow,
                diffusion.NoiseResolutionLow < diffusion.NoiseResolutionHigh,
                $"must be below Diffusion.NoiseResolutionHigh ({diffusion.NoiseResolutionHigh})");
        }

        Require.Range("Diffusion.LogSnrMin", diffusion.LogSnrMin, -30, 0);
        Require.Range("Diffusion.LogSnrMax", diffusion.LogSnrMax, 0, 30);
        Require.That("Diffusion.LogSnrMin", diffusion.LogSnrMin, diffusion.LogSnrMin < diffusion.LogSnrMax, "must be below Diffusion.LogSnrMax");
        Require.Range("Diffusion.SigmoidLossBias", diffusion.SigmoidLossBias, -20, 20);
        Require.Defined("Diffusion.NoiseDraws", diffusion.NoiseDraws);
        Require.Range("Diffusion.LogSnrMean", diffusion.LogSnrMean, -20, 20);
        Require.Range("Diffusion.LogSnrDeviation", diffusion.LogSnrDeviation, 0.1, 20);
        Require.Range("Diffusion.ScheduleDrawsFrom", diffusion.ScheduleDrawsFrom, 0, 1);
        Require.Above("Diffusion.MinSnrGamma", diffusion.MinSnrGamma, 0);
        Require.Range("Diffusion.ConditioningDropout", diffusion.ConditioningDropout, 0, 1);
        ValidateMultiscale(options);
    }

    private static void ValidateMultiscale(SimpleDiffusionOptions options)
    {
        if (options.Diffusion.MultiscaleBaseResolution is not int lowest)
        {
            return;
        }

        // Average pooling must lead from the image to the lowest resolution by factors of two.
        int shorterSide = Math.Min(options.ImageHeight, options.ImageWidth);
        bool fits = lowest >= 1 && shorterSide % lowest == 0 && int.IsPow2(shorterSide / lowest)
            && options.ImageHeight % (shorterSide / lowest) == 0 && options.ImageWidth % (shorterSide / lowest) == 0;
        Require.That(
            "Diffusion.MultiscaleBaseResolution",
            lowest,
            fits,
            $"must be the image's shorter side ({shorterSide}) divided by a power of two that divides both sides");
        Require.That(
            "Diffusion.MultiscaleBaseResolution",
            lowest,
            (options.Training.HalfResolutionShare == 0 && options.Training.CropShare == 0) || lowest <= shorterSide / 2,
            $"must be at most {shorterSide / 2}, half of the image's shorter side, with Training.HalfResolutionShare or Training.CropShare");
        Require.That(
            "Diffusion.Loss",
            options.Diffusion.Loss,
            options.Diffusion.Loss is LossType.Auto or LossType.Epsilon or LossType.V,
            "must be Auto, Epsilon or V with the multiscale loss");
    }

    private static void ValidateTraining(TrainingOptions training)
    {
        Require.AtLeast("Training.Steps", training.Steps, 1);
        Require.Range("Training.BatchSize", training.BatchSize, 1, 65536);
        Require.Range("Training.GradientAccumulation", training.GradientAccumulation, 1, 65536);
        Require.Above("Training.LearningRate", training.LearningRate, 0);
        Require.Defined("Training.Optimizer", training.Optimizer);
        Require.Defined("Training.LearningRateDecay", training.LearningRateDecay);
        Require.Above("Training.LearningRateDecayShare", training.LearningRateDecayShare, 0);
        Require.Range("Training.LearningRateDecayShare", training.LearningRateDecayShare, 0, 1);
        Require.Range("Training.HalfResolutionShare", training.HalfResolutionShare, 0, 0.9);
        Require.Range("Training.AugmentationShare", training.AugmentationShare, 0, 0.95);
        Require.Range("Training.CropShare", training.CropShare, 0, 0.9);
        Require.AtLeast("Training.WarmupSteps", training.WarmupSteps ?? 0, 0);
        Require.RangeBelow("Training.AdamBeta1", training.AdamBeta1, 0, 1);
        Require.RangeBelow("Training.AdamBeta2", training.AdamBeta2, 0, 1);
        Require.Above("Training.AdamEpsilon", training.AdamEpsilon, 0);
        Require.Range("Training.WeightDecay", training.WeightDecay, 0, 1);
        Require.Range("Training.GradientClipNorm", training.GradientClipNorm, 0, double.MaxValue);
        Require.RangeBelow("Training.EmaDecay", training.EmaDecay, 0, 1);
        Require.AtLeast("Training.MaxSkippedStepsInARow", training.MaxSkippedStepsInARow, 1);
        Require.NotEmptyUnlessNull("Training.CheckpointDirectory", training.CheckpointDirectory);
        Require.AtLeast("Training.CheckpointEverySteps", training.CheckpointEverySteps, 1);
        Require.AtLeast("Training.CheckpointsToKeep", training.CheckpointsToKeep, 1);
        Require.AtLeast("Training.KeepCheckpointEverySteps", training.KeepCheckpointEverySteps ?? 1, 1);
        Require.AtLeast("Training.SampleEverySteps", training.SampleEverySteps ?? 1, 1);
        Require.That(
            "Training.SampleEverySteps",
            training.SampleEverySteps,
            training.SampleEverySteps is null || training.CheckpointDirectory is not null,
            "must be null (off) unless Training.CheckpointDirectory is set, the folder that the images go to");
        Require.NotEmptyUnlessNull("Training.TensorBoardDirectory", training.TensorBoardDirectory);
        EvaluationOptionsValidator.Validate(training);
        Require.Defined("Training.CorruptImages", training.CorruptImages);
        Require.Defined("Training.ChangedData", training.ChangedData);
        Require.Defined("Training.OnCancellation", training.OnCancellation);
    }

    private static void ValidateSamplingRanges(SamplingOptions sampling)
    {
        Require.Defined("Sampling.Sampler", sampling.Sampler);
        Require.Defined("Sampling.Thresholding", sampling.Thresholding);
        Require.Range("Sampling.Steps", sampling.Steps, 1, 10_000);
        Require.Range("Sampling.GuidanceScale", sampling.GuidanceScale, 0, MaxGuidanceScale);
        Require.Range("Sampling.GuidanceIntervalStart", sampling.GuidanceIntervalStart, 0, 1);
        Require.Range("Sampling.GuidanceIntervalEnd", sampling.GuidanceIntervalEnd, 0, 1);
        Require.That(
            "Sampling.GuidanceIntervalStart",
            sampling.GuidanceIntervalStart,
            sampling.GuidanceIntervalStart <= sampling.GuidanceIntervalEnd,
            $"must not be above Sampling.GuidanceIntervalEnd ({sampling.GuidanceIntervalEnd})");
        Require.Range("Sampling.GuidanceRescale", sampling.GuidanceRescale, 0, 1);
        Require.Range("Sampling.NoiseInterpolation", sampling.NoiseInterpolation, 0, 1);
        Require.Range("Sampling.DdimEta", sampling.DdimEta, 0, 1);
        Require.Above("Sampling.DynamicThresholdQuantile", sampling.DynamicThresholdQuantile, 0);
        Require.Range("Sampling.DynamicThresholdQuantile", sampling.DynamicThresholdQuantile, 0, 1);
        Require.Above("Sampling.Strength", sampling.Strength, 0);
        Require.Range("Sampling.Strength", sampling.Strength, 0, 1);
        Require.Range("Sampling.BatchSize", sampling.BatchSize, 1, 65536);
    }

    private static void RequireNoGuidance(SimpleDiffusionOptions options)
    {
        Require.That("Sampling.GuidanceScale", options.Sampling.GuidanceScale, options.Sampling.GuidanceScale == 1, "must be 1 (off) without a condition column");
        Require.That("NegativePromptColumnName", options.NegativePromptColumnName, options.NegativePromptColumnName is null, "must be null without a condition column");
    }

    /// <summary>Checks where and how to compute.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public static void ValidateCompute(ComputeOptions compute)
    {
        Require.Defined("Compute.Device", compute.Device);
        Require.Defined("Compute.Precision", compute.Precision);
        Require.Range("Compute.DeviceIndex", compute.DeviceIndex, 0, 1023);
        Require.Range("Compute.Threads", compute.Threads ?? 1, 1, MaxThreads);
        Require.Range("Compute.RankTimeoutSeconds", compute.RankTimeoutSeconds, 1, MaxRankTimeoutSeconds);
    }
}
