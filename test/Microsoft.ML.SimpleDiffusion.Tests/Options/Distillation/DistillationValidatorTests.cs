using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Tests.Options.Distillation;

/// <summary>What may be asked of a distillation, by itself and of its teacher.</summary>
[TestClass]
public class DistillationValidatorTests
{
    private const string Arrives = "must be DpmSolverPlusPlus2M, or Ddim with DdimEta 0: a student learns where the teacher arrives, which must not be chance";
    private const string Halves = "must be SamplingSteps (4) times 2, 4, 8 or another power of two with the method Progressive, which halves them";

    private static readonly SimpleDiffusionOptions Known = new() { ConditionColumnName = "Label" };

    public static IEnumerable<object[]> Ranges =>
    [
        Range("SamplingSteps", "must be 1 to 64", o => o.SamplingSteps = 0, o => o.SamplingSteps = 1),
        Range("SamplingSteps", "must be 1 to 64", o => o.SamplingSteps = 65, o => o.SamplingSteps = 64),
        Range("Method", "must be one of Segment, Progressive, Consistency", o => o.Method = (DistillationMethod)9, o => o.Method = DistillationMethod.Consistency),
        Range("OwnStateShare", "must be 0 to 1", o => o.OwnStateShare = -0.01, o => o.OwnStateShare = 0),
        Range("OwnStateShare", "must be 0 to 1", o => o.OwnStateShare = 1.01, o => o.OwnStateShare = 1),
        Range("MaxGuidanceScale", "must be above 1 and at most 100", o => o.MaxGuidanceScale = 1, o => o.MaxGuidanceScale = 1.01f),
        Range("MaxGuidanceScale", "must be above 1 and at most 100", o => o.MaxGuidanceScale = 100.1f, o => o.MaxGuidanceScale = 100),
        Range("TargetReuse", "must be 1 or more", o => o.TargetReuse = 0, o => o.TargetReuse = 1),
        Range("ImageColumnName", "must be a name or null", o => o.ImageColumnName = " ", o => o.ImageColumnName = "Image"),
        Range("ConditionColumnName", "must be a name or null", o => o.ConditionColumnName = " ", o => o.ConditionColumnName = "Label"),
    ];

    public static IEnumerable<object[]> Mistakes =>
    [
        Mistake("Teacher.Sampler", Arrives, (_, s) => s.Sampler = SamplerType.Ddpm),
        Mistake("Teacher.Sampler", Arrives, (_, s) => s.DdimEta = 0.1f),
        Mistake("Teacher.Sampler", "must be Ddim with the method Progressive, which learns two of its steps as one", (o, s) => (o.Method, s.Sampler) = (DistillationMethod.Progressive, SamplerType.DpmSolverPlusPlus2M)),
        Mistake("Teacher.Strength", "must be 1: a student learns the whole way", (_, s) => s.Strength = 0.5f),
        Mistake("Teacher.Steps", "must be a multiple of SamplingSteps (4), so that the student's steps begin and end where the teacher's do", (_, s) => s.Steps = 6),
        Mistake("Teacher.Steps", "must be a multiple of SamplingSteps (4), so that the student's steps begin and end where the teacher's do", (_, s) => s.Steps = 0),
        Mistake("Teacher.Steps", Halves, (o, s) => (o.Method, s.Steps) = (DistillationMethod.Progressive, 4)),
        Mistake("Teacher.Steps", Halves, (o, s) => (o.Method, s.Steps) = (DistillationMethod.Progressive, 12)),
        Mistake("Teacher.GuidanceScale", "must be 1 to MaxGuidanceScale (4.5): it is what the student draws with unless told otherwise", (o, s) => (o.MaxGuidanceScale, s.GuidanceScale) = (4.5f, 5)),
        Mistake("Teacher.GuidanceScale", "must be 1 to MaxGuidanceScale (4.5): it is what the student draws with unless told otherwise", (o, s) => (o.MaxGuidanceScale, s.GuidanceScale) = (4.5f, 0.5f)),
        Mistake("Training.HalfResolutionShare", "must be 0: the teacher knows images of its own size only", (o, _) => o.Training.HalfResolutionShare = 0.5),
        Mistake("Compute.ShardWeights", "must be false: a student is evaluated between its training steps, for which its weights must be there", (o, _) => o.Compute.ShardWeights = true),
        Mistake("Training.CropShare", "must be 0: a student learns where its teacher takes whole images", (o, _) => o.Training.CropShare = 0.5),
        Mistake("Training.AugmentationShare", "must be 0: a student learns where its teacher arrives, which no augmentation changes", (o, _) => o.Training.AugmentationShare = 0.5),
        Mistake("Training.StopAtStep", "must be null with the method Progressive, whose stages are runs of their own", (o, _) => (o.Method, o.Training.StopAtStep) = (DistillationMethod.Progressive, 3)),
    ];

    public static IEnumerable<object[]> MistakesWithAStudent =>
    [
        Mistake("SamplingSteps", "must divide 8 and be less: the teacher has itself been distilled to 8 steps, and knows no others", (o, _) => o.SamplingSteps = 8),
        Mistake("SamplingSteps", "must divide 8 and be less: the teacher has itself been distilled to 8 steps, and knows no others", (o, _) => o.SamplingSteps = 3),
        Mistake("Teacher.GuidanceScale", "must be 1: guidance of scale 3 is part of the teacher already", (_, s) => s.GuidanceScale = 2),
        Mistake("MaxGuidanceScale", "must be null: guidance of scale 3 is part of the teacher already", (o, _) => o.MaxGuidanceScale = 2),
        Mistake("Teacher.Steps", "must be 8: the teacher has itself been distilled to 8 steps", (_, s) => s.Steps = 16),
        Mistake("Teacher.Sampler", "must be Ddim for a teacher that has itself been distilled", (_, s) => s.Sampler = SamplerType.DpmSolverPlusPlus2M),
    ];

    public static IEnumerable<object[]> MistakesOfGeneration =>
    [
        Generation("Sampling.Steps", "must be 8: the model has been distilled to draw in 8 steps", o => o.Sampling.Steps = 9),
        Generation("Sampling.Sampler", "must be Ddim: the model has been distilled to draw in 8 steps of that sampler", o => o.Sampling.Sampler = SamplerType.Ddpm),
        Generation("Sampling.DdimEta", "must be 0: the model has been distilled to draw in 8 steps without noise", o => o.Sampling.DdimEta = 0.1f),
        Generation("Sampling.GuidanceScale", "must be 1: guidance of scale 3 is part of the model, and another needs another distillation", o => o.Sampling.GuidanceScale = 2),
        Generation("NegativePromptColumnName", "must be null: guidance is part of a distilled model, which cannot be led away from anything else", o => o.NegativePromptColumnName = "Not"),
        Generation("Sampling.Strength", "must be a multiple of 1/8: the model has been distilled to draw in 8 steps, which begin there", o => o.Sampling.Strength = 0.3f),
        Generation("Sampling.Strength", "must be a multiple of 1/8: the model has been distilled to draw in 8 steps, which begin there", o => o.Sampling.Strength = 0.125f + (2e-4f / 8)),
        Generation("Sampling.Strength", "must be a multiple of 1/8: the model has been distilled to draw in 8 steps, which begin there", o => o.Sampling.Strength = 1e-6f),
    ];

    [TestMethod]
    [DynamicData(nameof(Ranges))]
    public void Option_out_of_range_is_refused_and_on_its_bound_taken(string option, string requirement, Action<DistillationOptions> beyond, Action<DistillationOptions> on)
    {
        var options = new DistillationOptions();
        on(options);
        DistillationValidator.ValidateRanges(options);
        beyond(options);

        AssertRefused(option, requirement, () => DistillationValidator.ValidateRanges(options));
    }

    [TestMethod]
    [DynamicData(nameof(Mistakes))]
    public void Teacher_that_cannot_teach_it_is_refused(string option, string requirement, Action<DistillationOptions, SamplingOptions> change)
    {
        var (options, sampling) = Right();
        change(options, sampling);

        AssertRefused(option, requirement, () => DistillationValidator.Validate(options, sampling, Known, distilled: null));
    }

    [TestMethod]
    [DynamicData(nameof(MistakesWithAStudent))]
    public void Student_teaches_only_what_it_has_learnt(string option, string requirement, Action<DistillationOptions, SamplingOptions> change)
    {
        var (options, sampling) = Right();
        change(options, sampling);

        AssertRefused(option, requirement, () => DistillationValidator.Validate(options, sampling, Known, StudentInfo.Of(8)));
    }

    [TestMethod]
    [DynamicData(nameof(MistakesOfGeneration))]
    public void Student_draws_only_as_it_has_learnt(string option, string requirement, Action<SimpleDiffusionOptions> change)
    {
        var options = Drawing(8);
        change(options);

        AssertRefused(option, requirement, () => DistillationValidator.ValidateGeneration(options, StudentInfo.Of(8)));
        DistillationValidator.ValidateGeneration(options, distilled: null);
    }

    [TestMethod]
    public void Options_for_generation_are_checked_against_what_the_student_has_learnt()
        => AssertRefused(
            "Sampling.Steps",
            "must be 8: the model has been distilled to draw in 8 steps",
            () => OptionsValidator.ValidateGeneration(Drawing(9), ConditionDescription.None, StudentInfo.Of(8)));

    [TestMethod]
    public void Student_may_begin_at_any_of_its_steps()
    {
        foreach (int step in Enumerable.Range(1, 8))
        {
            var options = Drawing(8);
            options.Sampling.Strength = (step / 8f) + 5e-6f;
            DistillationValidator.ValidateGeneration(options, StudentInfo.Of(8));
        }
    }

    [TestMethod]
    public void One_step_is_said_in_the_singular()
        => AssertRefused("Sampling.Steps", "must be 1: the model has been distilled to draw in 1 step", () => DistillationValidator.ValidateGeneration(Drawing(2), StudentInfo.Of(1)));

    [TestMethod]
    public void Teacher_predicts_v()
    {
        var (options, sampling) = Right();
        var teacher = new SimpleDiffusionOptions { Diffusion = new DiffusionOptions { Prediction = PredictionType.Epsilon } };

        AssertRefused(
            "teacher",
            "must be a model that predicts v (Diffusion.Prediction): this one predicts Epsilon, from which no single step leads out of pure noise",
            () => DistillationValidator.Validate(options, sampling, teacher, distilled: null));
    }

    [TestMethod]
    [DataRow(DistillationMethod.Segment, SamplerType.Ddim, 4, 4)]
    [DataRow(DistillationMethod.Segment, SamplerType.DpmSolverPlusPlus2M, 12, 4)]
    [DataRow(DistillationMethod.Consistency, SamplerType.DpmSolverPlusPlus2M, 64, 64)]
    [DataRow(DistillationMethod.Progressive, SamplerType.Ddim, 8, 4)]
    [DataRow(DistillationMethod.Progressive, SamplerType.Ddim, 32, 4)]
    public void Teacher_that_can_teach_it_is_taken(DistillationMethod method, SamplerType sampler, int teacherSteps, int steps)
    {
        var options = new DistillationOptions { Method = method, SamplingSteps = steps };
        if (method != DistillationMethod.Progressive)
        {
            options.Training.StopAtStep = 3;
        }

        DistillationValidator.Validate(options, new SamplingOptions { Sampler = sampler, Steps = teacherSteps }, new SimpleDiffusionOptions(), distilled: null);
    }

    [TestMethod]
    public void Noise_of_a_sampler_that_has_none_does_not_count()
        => DistillationValidator.Validate(
            new DistillationOptions(), new SamplingOptions { Sampler = SamplerType.DpmSolverPlusPlus2M, Steps = 8, DdimEta = 0.5f }, new SimpleDiffusionOptions(), distilled: null);

    [TestMethod]
    public void Student_teaches_another_of_fewer_steps()
    {
        var (options, sampling) = Right();

        DistillationValidator.Validate(options, sampling, new SimpleDiffusionOptions(), StudentInfo.Of(8));
    }

    private static (DistillationOptions Options, SamplingOptions Teacher) Right() => (new DistillationOptions { SamplingSteps = 4 }, new SamplingOptions { Sampler = SamplerType.Ddim, Steps = 8 });

    private static SimpleDiffusionOptions Drawing(int steps) => new() { Sampling = new SamplingOptions { Sampler = SamplerType.Ddim, Steps = steps } };

    private static void AssertRefused(string option, string requirement, Action validate)
    {
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(validate);

        Assert.AreEqual(option, error.ParamName);
        StringAssert.StartsWith(error.Message, $"The option {option} {requirement}.");
    }

    private static object[] Range(string option, string requirement, Action<DistillationOptions> beyond, Action<DistillationOptions> on) => [option, requirement, beyond, on];

    private static object[] Mistake(string option, string requirement, Action<DistillationOptions, SamplingOptions> change) => [option, requirement, change];

    private static object[] Generation(string option, string requirement, Action<SimpleDiffusionOptions> change) => [option, requirement, change];
}
