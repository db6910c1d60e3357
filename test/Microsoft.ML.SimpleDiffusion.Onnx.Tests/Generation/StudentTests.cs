using Microsoft.ML.SimpleDiffusion.Onnx.Tests.Support;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Tests.Generation;

/// <summary>Distilled models leave libtorch like others, and stay what they are.</summary>
[TestClass]
public class StudentTests
{
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

    [TestMethod]
    [DataRow(1f)]
    [DataRow(2.75f)]
    public void Student_that_is_told_the_guidance_scale_draws_the_same_images_at_each(float scale)
    {
        using var pair = new ModelPair(
            new NetworkCase(NetworkArchitecture.UVit, PatchingType.Dwt, 1, ConditionKind.Class) { HasGuidanceInput = true },
            options => options.Sampling = StudentOptions.Sampling(options.Sampling, 2),
            distillation: StudentInfo.Of(2) with { MaxGuidanceScale = 4 });
        var sampling = pair.Torch.Options.Sampling;
        sampling.GuidanceScale = scale;

        pair.AssertSameImages(new OnnxGenerationOptions { Sampling = sampling });
        pair.AssertSamplerDrawsTheSame(sampling);
        sampling.GuidanceScale = 5;
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => pair.Open(new OnnxGenerationOptions { Sampling = sampling }));
        StringAssert.Contains(error.Message, "must be 1 to 4");
    }

    private static ModelPair Student() => new(
        new NetworkCase(NetworkArchitecture.UVit, PatchingType.Dwt, 1, ConditionKind.Class), options => options.Sampling = StudentOptions.Sampling(options.Sampling, 2), distillation: StudentInfo.Of(2));
}
