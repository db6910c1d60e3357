namespace Microsoft.ML.SimpleDiffusion.Tests.Options;

/// <summary>The defaults that the documentation of the options promises.</summary>
[TestClass]
public class OptionDefaultsTests
{
    [TestMethod]
    [DataRow("OutputColumnName", "GeneratedImage")]
    [DataRow("ImageColumnName", "Image")]
    [DataRow("Network.Architecture", NetworkArchitecture.UVit)]
    [DataRow("Network.Patching", PatchingType.Auto)]
    [DataRow("Network.AttentionHeads", 4)]
    [DataRow("Network.DropoutFromResolution", 16)]
    [DataRow("Network.TextEncoder.MaxLength", 128)]
    [DataRow("Diffusion.Schedule", ScheduleType.ShiftedCosine)]
    [DataRow("Diffusion.NoiseResolution", 64)]
    [DataRow("Diffusion.NoiseResolutionLow", 32)]
    [DataRow("Diffusion.NoiseResolutionHigh", 256)]
    [DataRow("Diffusion.LogSnrMin", -15.0)]
    [DataRow("Diffusion.LogSnrMax", 15.0)]
    [DataRow("Diffusion.SigmoidLossBias", -3f)]
    [DataRow("Diffusion.MinSnrGamma", 5f)]
    [DataRow("Diffusion.ConditioningDropout", 0.1f)]
    [DataRow("Training.Steps", 10_000)]
    [DataRow("Training.BatchSize", 32)]
    [DataRow("Training.GradientAccumulation", 1)]
    [DataRow("Training.Optimizer", OptimizerType.Adam)]
    [DataRow("Training.LearningRate", 3e-4)]
    [DataRow("Training.AdamBeta1", 0.9)]
    [DataRow("Training.AdamBeta2", 0.99)]
    [DataRow("Training.AdamEpsilon", 1e-12)]
    [DataRow("Training.GradientClipNorm", 1.0)]
    [DataRow("Training.EmaDecay", 0.9999)]
    [DataRow("Training.MaxSkippedStepsInARow", 10)]
    [DataRow("Training.CheckpointEverySteps", 1_000)]
    [DataRow("Training.CheckpointsToKeep", 2)]
    [DataRow("Training.ResumeFromCheckpoint", true)]
    [DataRow("Training.MonitoredMetric", "ValidationLoss")]
    [DataRow("Sampling.Sampler", SamplerType.Ddpm)]
    [DataRow("Sampling.Steps", 100)]
    [DataRow("Sampling.GuidanceScale", 1f)]
    [DataRow("Sampling.GuidanceIntervalEnd", 1f)]
    [DataRow("Sampling.NoiseInterpolation", 0.2f)]
    [DataRow("Sampling.Thresholding", ThresholdingType.Static)]
    [DataRow("Sampling.DynamicThresholdQuantile", 0.995f)]
    [DataRow("Sampling.Strength", 1f)]
    [DataRow("Sampling.BatchSize", 8)]
    public void Default_is_the_promised_one(string option, object expected) => Assert.AreEqual(expected, OptionPath.Find(option)!.Get(new SimpleDiffusionOptions()));

    [TestMethod]
    public void Distillation_is_short_with_a_rate_that_falls_and_a_short_memory()
    {
        var options = new DistillationOptions();

        Assert.AreEqual((4, DistillationMethod.Segment, 0.5, 4), (options.SamplingSteps, options.Method, options.OwnStateShare, options.TargetReuse));
        Assert.AreEqual((1_000, 3e-4, LearningRateDecay.Cosine, 0.99), (options.Training.Steps, options.Training.LearningRate, options.Training.LearningRateDecay, options.Training.EmaDecay));
    }
}
