using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Tests;

/// <summary>Students as users have them: made, saved, loaded, and asked for what they can and cannot do.</summary>
[TestClass]
public class DistillationTests
{
    private readonly MLContext _context = new(1);

    [TestMethod]
    public void Student_that_has_learnt_nothing_yet_draws_like_its_teacher_in_as_few_steps()
    {
        using var teacher = RandomModel.Create(_context);
        var options = Options();
        options.Training.LearningRate = 1e-200;
        using var student = Distill(teacher, options);
        using var few = teacher.WithSampling(new SamplingOptions { Sampler = SamplerType.Ddim, Steps = 4, Thresholding = ThresholdingType.None });

        CollectionAssert.AreEqual(WeightBytes.Of(teacher), WeightBytes.Of(student));
        CollectionAssert.AreEqual(few.GeneratePng("red", seed: 1), student.GeneratePng("red", seed: 1));
    }

    [TestMethod]
    [DataRow(DistillationMethod.Segment)]
    [DataRow(DistillationMethod.Progressive)]
    [DataRow(DistillationMethod.Consistency)]
    public void Loss_of_a_student_falls_with_every_method(DistillationMethod method)
    {
        using var teacher = RandomModel.Create(_context);
        var options = Options(steps: 60);
        (options.Method, options.SamplingSteps, options.TargetReuse) = (method, 2, 1);
        options.Teacher = new SamplingOptions { Sampler = SamplerType.Ddim, Steps = 4, GuidanceScale = 2, Thresholding = ThresholdingType.None };
        options.Training.LearningRate = 2e-3;
        options.Training.EvaluateEverySteps = 20;

        using var student = _context.Transforms.DistillSimpleDiffusion(teacher, options).Fit(TinyData.View(_context), TinyData.View(_context, 6));

        var losses = student.History.Evaluations;
        Assert.IsLessThan(losses[0].Metrics[TrainingOptions.ValidationLossName], losses[^1].Metrics[TrainingOptions.ValidationLossName]);
        Assert.AreEqual(method, student.Distillation!.Method);
        Assert.AreEqual(2, student.Options.Sampling.Steps);
        Assert.AreEqual(4, student.Distillation.TeacherSteps);
        Assert.AreEqual(2, student.Distillation.GuidanceScale);
    }

    [TestMethod]
    [DataRow(DistillationMethod.Segment, 0f)]
    [DataRow(DistillationMethod.Segment, 0.5f)]
    [DataRow(DistillationMethod.Consistency, 0f)]
    public void Resumed_distillation_has_the_weights_of_an_uninterrupted_one_bit_for_bit(DistillationMethod method, float ownStates)
    {
        using var folder = new TemporaryFolder();
        using var teacher = RandomModel.Create(_context);
        var half = Options(steps: 20);
        (half.Method, half.OwnStateShare, half.TargetReuse, half.SamplingSteps) = (method, ownStates, 2, 2);
        half.Teacher = new SamplingOptions { Sampler = SamplerType.Ddim, Steps = 8 };
        half.Training.CheckpointDirectory = folder.Path;
        (half.Training.WarmupSteps, half.Training.LearningRateDecay) = (1, LearningRateDecay.Constant);
        var whole = half.Clone();
        whole.Training.Steps = 40;
        var uninterrupted = whole.Clone();
        uninterrupted.Training.CheckpointDirectory = null;

        Distill(teacher, half).Dispose();
        using var resumed = Distill(teacher, whole);
        using var other = Distill(teacher, uninterrupted);

        CollectionAssert.AreEqual(WeightBytes.Of(other), WeightBytes.Of(resumed));
    }

    [TestMethod]
    [DataRow(3)]
    [DataRow(8)]
    public void Progressive_distillation_goes_on_in_the_stage_in_which_it_was_stopped(int evaluations)
    {
        using var folder = new TemporaryFolder();
        using var teacher = RandomModel.Create(_context);
        using var source = new CancellationTokenSource();
        var options = Options(steps: 20);
        (options.Method, options.SamplingSteps) = (DistillationMethod.Progressive, 2);
        options.Teacher = Ddim(8);
        options.Training.EvaluateEverySteps = 2;
        var whole = options.Clone();
        options.Training.CheckpointDirectory = folder.Path;
        var stopped = options.Clone();
        stopped.Training.CancellationToken = source.Token;
        stopped.Training.Metrics = [new FakeMetric(_ => { if (--evaluations == 0) { source.Cancel(); } return 0; })];

        Assert.ThrowsExactly<OperationCanceledException>(() => Evaluated(stopped).Dispose());
        using var resumed = Evaluated(options);
        using var other = Evaluated(whole);

        CollectionAssert.AreEqual(WeightBytes.Of(other), WeightBytes.Of(resumed));
        Assert.AreEqual(other.Distillation, resumed.Distillation);

        SimpleDiffusionTransformer Evaluated(DistillationOptions with)
            => _context.Transforms.DistillSimpleDiffusion(teacher, with).Fit(TinyData.View(_context), TinyData.View(_context, 3));
    }

    [TestMethod]
    public void Student_is_saved_and_loaded_in_both_formats_with_what_it_was_made_of()
    {
        using var folder = new TemporaryFolder();
        using var teacher = RandomModel.Create(_context);
        using var student = Distill(teacher, Options());
        byte[] image = student.GeneratePng("blue", seed: 2);

        student.SaveAsSafetensors(folder.File("student"));
        _context.Model.Save(student, null, folder.File("student.zip"));
        using var folderCopy = SimpleDiffusionTransformer.LoadFromSafetensors(_context, folder.File("student"), new ComputeOptions { Device = ComputeDevice.Cpu });
        using var zipCopy = (SimpleDiffusionTransformer)_context.Model.Load(folder.File("student.zip"), out _);

        foreach (var copy in (SimpleDiffusionTransformer[])[folderCopy, zipCopy])
        {
            Assert.AreEqual(student.Distillation, copy.Distillation);
            CollectionAssert.AreEqual(image, copy.GeneratePng("blue", seed: 2));
        }

        Assert.AreEqual(64, student.Distillation!.TeacherSha256.Length);
        Assert.AreEqual(1, student.Distillation.TeacherTrainedSteps);
        Assert.IsNull(teacher.Distillation);
    }

    [TestMethod]
    public void Teacher_is_not_changed_and_lives_on()
    {
        using var teacher = RandomModel.Create(_context);
        byte[] before = WeightBytes.Of(teacher);

        Distill(teacher, Options()).Dispose();

        CollectionAssert.AreEqual(before, WeightBytes.Of(teacher));
        teacher.GeneratePng("red");
    }

    [TestMethod]
    [DataRow("Sampling.Steps", "must be 4: the model has been distilled to draw in 4 steps")]
    [DataRow("Sampling.Sampler", "must be Ddim")]
    [DataRow("Sampling.DdimEta", "must be 0")]
    [DataRow("Sampling.GuidanceScale", "guidance of scale 2 is part of the model")]
    public void Student_refuses_what_it_has_not_learnt(string option, string sentence)
    {
        using var teacher = RandomModel.Create(_context);
        var options = Options();
        options.Teacher = new SamplingOptions { Sampler = SamplerType.Ddim, Steps = 8, GuidanceScale = 2 };
        using var student = Distill(teacher, options);
        var sampling = student.Options.Sampling;
        switch (option)
        {
            case "Sampling.Steps": sampling.Steps = 8; break;
            case "Sampling.Sampler": sampling.Sampler = SamplerType.Ddpm; break;
            case "Sampling.DdimEta": sampling.DdimEta = 1; break;
            default: sampling.GuidanceScale = 3; break;
        }

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => student.WithSampling(sampling));

        Assert.AreEqual(option, error.ParamName);
        StringAssert.Contains(error.Message, sentence);
    }

    [TestMethod]
    public void Student_starts_from_images_on_its_grid_only_and_knows_no_negative_prompts()
    {
        using var teacher = RandomModel.Create(_context);
        using var student = Distill(teacher, Options());

        using var half = student.ForImageToImage("Image", 0.5f);
        using var inpainting = student.ForInpainting("Image", "Mask");
        var off = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => student.ForImageToImage("Image", 0.6f));
        var negative = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => student.WithNegativePrompts("Label"));

        Assert.HasCount(1, half.Transform(TinyData.View(_context, 1)).GetColumn<Microsoft.ML.Data.MLImage>("GeneratedImage").ToArray());
        StringAssert.Contains(off.Message, "must be a multiple of 1/4");
        StringAssert.Contains(negative.Message, "guidance is part of a distilled model");
    }

    [TestMethod]
    public void Mistakes_are_named_before_anything_is_read()
    {
        using var teacher = RandomModel.Create(_context);
        using var student = Distill(teacher, Options());
        var epsilon = TinyData.Options();
        epsilon.Diffusion.Prediction = PredictionType.Epsilon;
        using var other = RandomModel.Create(_context, epsilon);

        Mistake(teacher, o => o.SamplingSteps = 0, "SamplingSteps", "must be 1 to 64");
        Mistake(teacher, o => (o.Method, o.SamplingSteps) = (DistillationMethod.Progressive, -1), "SamplingSteps", "must be 1 to 64");
        Mistake(teacher, o => o.OwnStateShare = 2, "OwnStateShare", "must be 0 to 1");
        Mistake(teacher, o => o.TargetReuse = 0, "TargetReuse", "must be 1 or more");
        Mistake(teacher, o => o.Method = (DistillationMethod)9, "Method", "Segment, Progressive, Consistency");
        Mistake(teacher, o => o.Teacher = new SamplingOptions(), "Teacher.Sampler", "must not be chance");
        Mistake(teacher, o => o.Teacher = Ddim(10), "Teacher.Steps", "must be a multiple of SamplingSteps (4)");
        Mistake(teacher, o => (o.Method, o.Teacher) = (DistillationMethod.Progressive, Ddim(12)), "Teacher.Steps", "power of two");
        Mistake(teacher, o => (o.Method, o.Teacher) = (DistillationMethod.Progressive, new SamplingOptions { Sampler = SamplerType.DpmSolverPlusPlus2M, Steps = 16 }), "Teacher.Sampler", "Progressive");
        Mistake(teacher, o => (o.Method, o.Training.StopAtStep) = (DistillationMethod.Progressive, 1), "Training.StopAtStep", "must be null");
        Mistake(other, _ => { }, "teacher", "this one predicts Epsilon");
        Mistake(student, _ => { }, "SamplingSteps", "must divide 4 and be less");
        Mistake(student, o => o.SamplingSteps = 3, "SamplingSteps", "must divide 4");
        Mistake(student, o => (o.SamplingSteps, o.Teacher) = (2, Ddim(4, guidance: 2)), "Teacher.GuidanceScale", "is part of the teacher already");
        Mistake(student, o => (o.SamplingSteps, o.Teacher) = (2, Ddim(8)), "Teacher.Steps", "must be 4: the teacher has itself been distilled to 4 steps");
    }

    [TestMethod]
    public void Student_of_more_steps_is_a_teacher_of_fewer()
    {
        using var teacher = RandomModel.Create(_context);
        using var four = Distill(teacher, Options());
        var options = Options();
        options.SamplingSteps = 2;

        using var two = Distill(four, options);

        Assert.AreEqual(2, two.Options.Sampling.Steps);
        Assert.AreEqual(4, two.Distillation!.TeacherSteps);
    }

    [TestMethod]
    public void Data_with_classes_that_the_teacher_does_not_know_is_refused_and_with_fewer_is_not()
    {
        using var teacher = RandomModel.Create(_context);
        var purple = TinyData.Keyed(_context, TinyData.Rows(6).Append(new TinyRow { Image = new byte[192], Label = "purple" }), [.. TinyData.Labels, "purple"]);
        var fewer = TinyData.Keyed(_context, TinyData.Rows(6).Where(row => row.Label != "green"), ["blue", "red"]);

        var error = Assert.ThrowsExactly<ArgumentException>(() => _context.Transforms.DistillSimpleDiffusion(teacher, Options()).Fit(purple));
        using var student = _context.Transforms.DistillSimpleDiffusion(teacher, Options()).Fit(fewer);

        StringAssert.Contains(error.Message, "The data has the classes 'purple', which the teacher does not know. It knows 'red', 'green', 'blue'.");
        CollectionAssert.AreEqual(TinyData.Labels, student.Labels.ToArray());
    }

    [TestMethod]
    public void Teacher_with_a_weight_that_is_no_number_is_refused_by_its_name()
    {
        using var teacher = RandomModel.Create(_context);
        ((Microsoft.ML.SimpleDiffusion.Generation.TorchGenerator)teacher.Model).Model.Use(model =>
        {
            using var guard = TorchSharp.torch.no_grad();
            model.Network.parameters().First().fill_(float.NaN);
            return true;
        });

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Distill(teacher, Options()));

        StringAssert.Contains(error.Message, "is not finite: it has nothing to teach");
    }

    [TestMethod]
    public void Checkpoint_of_another_teacher_is_refused()
    {
        using var folder = new TemporaryFolder();
        using var teacher = RandomModel.Create(_context);
        using var trained = _context.Transforms.SimpleDiffusion(TinyData.Options(steps: 1)).Fit(TinyData.View(_context));
        var options = Options();
        options.Training.CheckpointDirectory = folder.Path;
        Distill(teacher, options).Dispose();

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Distill(trained, options));

        StringAssert.Contains(error.Message, "distillation.teacher");
    }

    [TestMethod]
    [DataRow(0f)]
    [DataRow(1f)]
    public void Distillation_leaves_no_tensor_behind(float ownStates)
    {
        using var teacher = RandomModel.Create(_context);
        var options = Options();
        options.OwnStateShare = ownStates;
        Distill(teacher, options).Dispose();
        long before = LiveTensors.Settled();

        Distill(teacher, options).Dispose();

        // TorchSharp counts the parameters of the layers of the one network that is made once too often, as in EstimatorTests.
        Assert.AreEqual(FittedNetwork.Of(teacher).parameters().Count() - 1, LiveTensors.Settled() - before);
    }

    private static DistillationOptions Options(int steps = 3) => new()
    {
        Seed = 7,
        Training = new TrainingOptions { Steps = steps, BatchSize = 8, LearningRate = 1e-3, EmaDecay = 0.9 },
        Compute = new ComputeOptions { Device = ComputeDevice.Cpu, Precision = ComputePrecision.Float32, Threads = 1 },
    };

    private static SamplingOptions Ddim(int steps, float guidance = 1) => new() { Sampler = SamplerType.Ddim, Steps = steps, GuidanceScale = guidance };

    private SimpleDiffusionTransformer Distill(SimpleDiffusionTransformer teacher, DistillationOptions options)
        => _context.Transforms.DistillSimpleDiffusion(teacher, options).Fit(TinyData.View(_context));

    private void Mistake(SimpleDiffusionTransformer teacher, Action<DistillationOptions> make, string option, string sentence)
    {
        var options = Options();
        make(options);

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _context.Transforms.DistillSimpleDiffusion(teacher, options), option);

        Assert.AreEqual(option, error.ParamName);
        StringAssert.Contains(error.Message, sentence);
    }
}
