using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Tests;

/// <summary>Students that are told the guidance scale.</summary>
[TestClass]
public class GuidanceRangeTests
{
    private readonly MLContext _context = new(1);

    [TestMethod]
    public void Student_begins_as_its_unguided_teacher_at_every_scale()
    {
        using var teacher = RandomModel.Create(_context);
        var options = Options();
        options.Training.LearningRate = 1e-200;
        using var student = Distill(teacher, options);
        using var strict = At(student, 3.5f);
        using var few = teacher.WithSampling(new SamplingOptions { Sampler = SamplerType.Ddim, Steps = 2, Thresholding = ThresholdingType.None });

        byte[] expected = few.GeneratePng("red", seed: 1);
        CollectionAssert.AreEqual(expected, student.GeneratePng("red", seed: 1));
        CollectionAssert.AreEqual(expected, strict.GeneratePng("red", seed: 1));
    }

    [TestMethod]
    [DataRow(DistillationMethod.Segment)]
    [DataRow(DistillationMethod.Progressive)]
    [DataRow(DistillationMethod.Consistency)]
    public void Student_learns_to_tell_scales_apart_and_is_saved_and_loaded(DistillationMethod method)
    {
        using var folder = new TemporaryFolder();
        using var teacher = RandomModel.Create(_context);
        var options = Options(steps: 40);
        options.Method = method;
        (options.Training.LearningRate, options.Training.EvaluateEverySteps, options.Training.KeepBest) = (2e-3, 10, false);
        using var student = _context.Transforms.DistillSimpleDiffusion(teacher, options).Fit(TinyData.View(_context), TinyData.View(_context, 6));
        student.SaveAsSafetensors(folder.File("student"));
        _context.Model.Save(student, null, folder.File("student.zip"));
        using var folderCopy = SimpleDiffusionTransformer.LoadFromSafetensors(_context, folder.File("student"));
        using var zipCopy = (SimpleDiffusionTransformer)_context.Model.Load(folder.File("student.zip"), out _);

        var losses = student.History.Evaluations;
        Assert.IsLessThan(losses[0].Metrics[TrainingOptions.ValidationLossName], losses[^1].Metrics[TrainingOptions.ValidationLossName]);
        Assert.AreEqual(4, student.Distillation!.MaxGuidanceScale);
        Assert.AreEqual(2, student.Options.Sampling.GuidanceScale);
        byte[][] images = [.. new[] { 1f, 2.5f, 4f }.Select(scale => Draw(student, scale))];
        Assert.HasCount(3, images.Select(Convert.ToHexString).Distinct());
        foreach (var copy in new[] { folderCopy, zipCopy })
        {
            CollectionAssert.AreEqual(images[1], Draw(copy, 2.5f));
        }
    }

    [TestMethod]
    public void Resumed_distillation_has_the_weights_of_an_uninterrupted_one_bit_for_bit()
    {
        using var folder = new TemporaryFolder();
        using var teacher = RandomModel.Create(_context);
        var half = Options(steps: 10);
        half.Training.GradientAccumulation = 2;
        (half.Training.WarmupSteps, half.Training.LearningRateDecay) = (1, LearningRateDecay.Constant);
        var uninterrupted = half.Clone();
        uninterrupted.Training.Steps = 20;
        half.Training.CheckpointDirectory = folder.Path;
        var whole = half.Clone();
        whole.Training.Steps = 20;

        Distill(teacher, half).Dispose();
        using var resumed = Distill(teacher, whole);
        using var other = Distill(teacher, uninterrupted);

        CollectionAssert.AreEqual(WeightBytes.Of(other), WeightBytes.Of(resumed));
    }

    [TestMethod]
    public void Student_is_the_teacher_of_one_that_knows_as_many_scales_or_fewer_or_one()
    {
        using var teacher = RandomModel.Create(_context);
        using var four = Distill(teacher, Options());
        var (fewer, one) = (Options(), Options());
        (fewer.SamplingSteps, fewer.MaxGuidanceScale, fewer.Teacher) = (1, 3, null);
        (one.SamplingSteps, one.MaxGuidanceScale, one.Teacher) = (1, null, null);

        using var range = Distill(four, fewer);
        using var single = Distill(four, one);

        Assert.AreEqual(3, range.Distillation!.MaxGuidanceScale);
        Assert.AreEqual(2, range.Options.Sampling.GuidanceScale);
        Assert.IsNull(single.Distillation!.MaxGuidanceScale);
        Assert.AreEqual(2, single.Distillation.GuidanceScale);
        Assert.AreEqual(1, single.Options.Sampling.GuidanceScale);
    }

    [TestMethod]
    public void Training_goes_on_from_a_student_without_its_scales()
    {
        using var teacher = RandomModel.Create(_context);
        using var student = Distill(teacher, Options());

        using var trained = _context.Transforms.SimpleDiffusion(TinyData.Options(steps: 1)).Fit(TinyData.View(_context), student);

        Assert.IsNull(trained.Distillation);
        trained.GeneratePng("red");
    }

    [TestMethod]
    public void Student_draws_with_no_other_scale_than_it_has_learnt()
    {
        using var teacher = RandomModel.Create(_context);
        using var student = Distill(teacher, Options());

        foreach (float scale in new[] { 0.9f, 4.1f })
        {
            var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => At(student, scale).Dispose());
            StringAssert.Contains(error.Message, "must be 1 to 4: the model has been distilled for these scales");
        }
    }

    [TestMethod]
    public void Teacher_without_a_condition_has_no_scales_to_teach()
    {
        var unconditional = TinyData.Options();
        unconditional.ConditionColumnName = null;
        using var teacher = new SimpleDiffusionTransformer(_context, new Microsoft.ML.SimpleDiffusion.Generation.TorchGenerator(RandomModel.Trained(unconditional, ConditionDescription.None)));
        var options = Options();
        options.Teacher = null;

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _context.Transforms.DistillSimpleDiffusion(teacher, options));

        StringAssert.Contains(error.Message, "must be null with a teacher without a condition, which cannot be guided");
    }

    private static DistillationOptions Options(int steps = 3) => new()
    {
        Seed = 7,
        SamplingSteps = 2,
        MaxGuidanceScale = 4,
        Teacher = new SamplingOptions { Sampler = SamplerType.Ddim, Steps = 4, GuidanceScale = 2, Thresholding = ThresholdingType.None },
        Training = new TrainingOptions { Steps = steps, BatchSize = 6, LearningRate = 1e-3, EmaDecay = 0.9 },
        Compute = new ComputeOptions { Device = ComputeDevice.Cpu, Precision = ComputePrecision.Float32, Threads = 1 },
    };

    private static byte[] Draw(SimpleDiffusionTransformer student, float scale)
    {
        using var strict = At(student, scale);
        return strict.GeneratePng("blue", seed: 2);
    }

    private static SimpleDiffusionTransformer At(SimpleDiffusionTransformer student, float scale)
    {
        var sampling = student.Options.Sampling;
        sampling.GuidanceScale = scale;
        return student.WithSampling(sampling);
    }

    private SimpleDiffusionTransformer Distill(SimpleDiffusionTransformer teacher, DistillationOptions options)
        => _context.Transforms.DistillSimpleDiffusion(teacher, options).Fit(TinyData.View(_context));
}
