using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Tests.Options.Distillation;

[TestClass]
public class StudentOptionsTests
{
    [TestMethod]
    [DataRow(DistillationMethod.Segment, 1, SamplerType.DpmSolverPlusPlus2M, 16)]
    [DataRow(DistillationMethod.Segment, 2, SamplerType.DpmSolverPlusPlus2M, 16)]
    [DataRow(DistillationMethod.Segment, 3, SamplerType.DpmSolverPlusPlus2M, 24)]
    [DataRow(DistillationMethod.Consistency, 4, SamplerType.DpmSolverPlusPlus2M, 32)]
    [DataRow(DistillationMethod.Segment, 64, SamplerType.DpmSolverPlusPlus2M, 512)]
    [DataRow(DistillationMethod.Progressive, 1, SamplerType.Ddim, 32)]
    [DataRow(DistillationMethod.Progressive, 3, SamplerType.Ddim, 48)]
    [DataRow(DistillationMethod.Progressive, 4, SamplerType.Ddim, 32)]
    [DataRow(DistillationMethod.Progressive, 16, SamplerType.Ddim, 32)]
    [DataRow(DistillationMethod.Progressive, 20, SamplerType.Ddim, 40)]
    public void Teacher_draws_in_many_steps_without_noise_by_default(DistillationMethod method, int steps, SamplerType sampler, int expected)
    {
        var teacher = new SimpleDiffusionOptions { Sampling = new SamplingOptions { DdimEta = 0.5f, GuidanceScale = 3, Thresholding = ThresholdingType.Dynamic } };

        var sampling = StudentOptions.TeacherSampling(new DistillationOptions { Method = method, SamplingSteps = steps }, teacher, distilled: null);

        Assert.AreEqual((sampler, expected, 0f, 3f, ThresholdingType.Dynamic), (sampling.Sampler, sampling.Steps, sampling.DdimEta, sampling.GuidanceScale, sampling.Thresholding));
        Assert.AreEqual((0.5f, 100), (teacher.Sampling.DdimEta, teacher.Sampling.Steps));
    }

    [TestMethod]
    public void Teacher_that_is_a_student_draws_as_it_has_learnt()
    {
        var distilled = StudentInfo.Of(8);

        var sampling = StudentOptions.TeacherSampling(new DistillationOptions { Method = DistillationMethod.Progressive }, new SimpleDiffusionOptions(), distilled);

        Assert.AreEqual((SamplerType.Ddim, 8), (sampling.Sampler, sampling.Steps));
    }

    [TestMethod]
    public void Teacher_draws_as_it_is_told()
    {
        var options = new DistillationOptions { Teacher = new SamplingOptions { Sampler = SamplerType.Ddpm, Steps = 3, DdimEta = 0.25f } };

        var sampling = StudentOptions.TeacherSampling(options, new SimpleDiffusionOptions(), distilled: null);

        Assert.AreEqual((SamplerType.Ddpm, 3, 0.25f), (sampling.Sampler, sampling.Steps, sampling.DdimEta));
        Assert.AreNotSame(options.Teacher, sampling);
    }

    [TestMethod]
    public void Student_has_the_teachers_network_and_a_training_of_its_own()
    {
        var teacher = new SimpleDiffusionOptions
        {
            Seed = 1,
            ImageColumnName = "A",
            ConditionColumnName = "B",
            InputImageColumnName = "C",
            MaskColumnName = "D",
            NegativePromptColumnName = "E",
            Network = new NetworkOptions { BaseChannels = 12, Dropout = 0.2f },
        };
        var options = new DistillationOptions { SamplingSteps = 2, Seed = 9, Compute = new ComputeOptions { Threads = 3 } };

        var student = StudentOptions.Create(options, teacher, guidanceScale: 1);

        Assert.AreEqual((12, 0f, 9, 1_000, 3), (student.Network.BaseChannels, student.Network.Dropout, student.Seed, student.Training.Steps, student.Compute.Threads));
        Assert.AreEqual(("A", "B"), (student.ImageColumnName, student.ConditionColumnName));
        Assert.AreEqual(((string?)null, (string?)null, (string?)null), (student.InputImageColumnName, student.MaskColumnName, student.NegativePromptColumnName));
        Assert.AreEqual((SamplerType.Ddim, 2), (student.Sampling.Sampler, student.Sampling.Steps));
        Assert.AreNotSame(options.Training, student.Training);
        Assert.AreNotSame(options.Compute, student.Compute);
        Assert.AreEqual((0.2f, 1), (teacher.Network.Dropout, teacher.Seed));

        (options.ImageColumnName, options.ConditionColumnName) = ("F", "G");
        student = StudentOptions.Create(options, teacher, guidanceScale: 1);
        Assert.AreEqual(("F", "G"), (student.ImageColumnName, student.ConditionColumnName));
    }

    [TestMethod]
    public void Student_keeps_of_the_teachers_drawing_what_does_not_belong_to_the_way()
    {
        var teacher = new SamplingOptions { Portrait = true, BatchSize = 3, Seed = 4, FreshSeeds = true, OutputSeedColumnName = "Seeds", GuidanceScale = 5, Strength = 0.5f };

        var sampling = StudentOptions.Sampling(teacher, steps: 2);

        Assert.AreEqual((SamplerType.Ddim, 2, ThresholdingType.None), (sampling.Sampler, sampling.Steps, sampling.Thresholding));
        Assert.AreEqual((true, 3, 4, true, "Seeds"), (sampling.Portrait, sampling.BatchSize, sampling.Seed, sampling.FreshSeeds, sampling.OutputSeedColumnName));
        Assert.AreEqual((1f, 1f), (sampling.GuidanceScale, sampling.Strength));
    }

    [TestMethod]
    public void Student_of_a_teacher_with_normal_draws_has_none_and_is_not_warned_of_them()
    {
        var teacher = new SimpleDiffusionOptions();
        (teacher.Diffusion.NoiseDraws, teacher.Diffusion.LogSnrMean, teacher.Diffusion.LogSnrDeviation, teacher.Diffusion.ScheduleDrawsFrom) = (NoiseDraws.Normal, -1, 1.6, 0.8);

        var student = StudentOptions.Create(new DistillationOptions(), teacher, guidanceScale: 1);

        Assert.AreEqual(NoiseDraws.Schedule, student.Diffusion.NoiseDraws);
        Assert.AreEqual(NoiseDraws.Normal, teacher.Diffusion.NoiseDraws);
        Assert.IsEmpty(OptionsInVain.Find(student));
    }
}
