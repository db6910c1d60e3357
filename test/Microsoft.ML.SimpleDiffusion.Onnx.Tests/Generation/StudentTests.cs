using Microsoft.ML.SimpleDiffusion.Onnx.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Tests.Generation;

/// <summary>Distilled models leave libtorch like others, and stay what they are.</summary>
[TestClass]
public class StudentTests
{
    private static readonly DistillationInfo Two = new()
    {
        Method = DistillationMethod.Segment,
        SamplingSteps = 2,
        TeacherSteps = 16,
        TeacherSampler = SamplerType.DpmSolverPlusPlus2M,
        GuidanceScale = 2,
        GuidanceIntervalStart = 0,
        GuidanceIntervalEnd = 1,
        GuidanceRescale = 0,
        TeacherThresholding = ThresholdingType.Static,
        OwnStateShare = 0.5,
        TargetReuse = 4,
        TeacherSha256 = new string('0', 64),
        TeacherTrainedSteps = 1,
    };

    [TestMethod]
    public void Student_draws_the_same_images_in_its_steps_by_itself_and_as_a_whole_sampler()
    {
        using var pair = Student();

        pair.AssertSameImages();
        pair.AssertSamplerDrawsTheSame(pair.Torch.Options.Sampling);
        using var loaded = pair.Open();
        Assert.AreEqual(2, loaded.Options.Sampling.Steps);
    }

    [TestMethod]
    public void Student_refuses_other_steps_after_the_export_too()
    {
        using var pair = Student();

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => pair.Open(new OnnxGenerationOptions { Sampling = new SamplingOptions { Sampler = SamplerType.Ddim, Steps = 8 } }));

        StringAssert.Contains(error.Message, "must be 2: the model has been distilled to draw in 2 steps");
    }

    private static ModelPair Student() => new(
        new NetworkCase(NetworkArchitecture.UVit, PatchingType.Dwt, 1, ConditionKind.Class), options => options.Sampling = StudentOptions.Sampling(options.Sampling, 2), distillation: Two);
}
