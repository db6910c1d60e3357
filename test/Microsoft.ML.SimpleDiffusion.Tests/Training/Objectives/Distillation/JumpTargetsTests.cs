using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using Microsoft.ML.SimpleDiffusion.Samplers;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;
using Microsoft.ML.SimpleDiffusion.Training.Objectives.Distillation;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests.Training.Objectives.Distillation;

[TestClass]
public class JumpTargetsTests
{
    private static readonly ConditionDescription Classes = new() { Kind = ConditionKind.Class, ClassLabels = TinyData.Labels };

    private static readonly double[] Times = [0.1, 0.3, 0.6, 0.9];

    [TestMethod]
    public void Target_of_one_step_of_ddim_is_what_the_teacher_predicts() => With(Ddim(steps: 4), (model, targets, x, noise, conditions) =>
    {
        var examples = targets.FromImages(x, noise, Times, conditions);

        AssertClose(model.Predict(examples.Z, examples.LogSnr, conditions), examples.Velocity, 1e-5);
        AssertClose(ForwardProcess.Diffuse(x, noise, examples.LogSnr), examples.Z, 0);
        AssertClose(tensor(Enumerable.Range(1, 4).Select(place => (float)model.Schedule.LogSnr(place / 4.0)).ToArray()), examples.LogSnr, 0);
    });

    [TestMethod]
    public void Target_of_guided_steps_is_the_guided_prediction_within_the_interval_and_the_plain_one_outside()
    {
        var sampling = Ddim(steps: 4);
        (sampling.GuidanceScale, sampling.GuidanceIntervalStart, sampling.GuidanceIntervalEnd) = (3, 0.3f, 0.7f);
        With(sampling, (model, targets, x, noise, conditions) =>
        {
            var examples = targets.FromImages(x, noise, Times, conditions);

            // Positions 1 to 4 of four steps lie at 1, 2/3, 1/3 and 0 of the way.
            var nothing = new ImageConditions(full(4, value: 3L), null);
            Tensor plain = model.Predict(examples.Z, examples.LogSnr, conditions), empty = model.Predict(examples.Z, examples.LogSnr, nothing);
            var expected = cat([plain[..1], (3 * plain[1..3]) - (2 * empty[1..3]), plain[3..]]);
            AssertClose(expected, examples.Velocity, 1e-4);
        });
    }

    [TestMethod]
    public void Target_of_guided_steps_has_the_scale_that_each_image_is_told() => With(Ddim(steps: 4), (model, targets, x, noise, conditions) =>
    {
        var scales = tensor(new[] { 1f, 2f, 3.5f, 4f });

        var examples = targets.FromImages(x, noise, Times, conditions with { GuidanceScale = scales });

        var nothing = new ImageConditions(full(4, value: 3L), null);
        Tensor plain = model.Predict(examples.Z, examples.LogSnr, conditions), empty = model.Predict(examples.Z, examples.LogSnr, nothing);
        AssertClose(empty + ((plain - empty) * scales.view(-1, 1, 1, 1)), examples.Velocity, 1e-4);
        AssertClose(plain[..1], examples.Velocity[..1], 1e-5);
    });

    [TestMethod]
    public void Row_that_asks_for_nothing_is_not_changed_by_guidance()
    {
        var sampling = Ddim(steps: 4);
        sampling.GuidanceScale = 5;
        With(sampling, (model, targets, x, noise, _) =>
        {
            var nothing = new ImageConditions(full(4, value: 3L), null);

            var examples = targets.FromImages(x, noise, Times, nothing);

            AssertClose(model.Predict(examples.Z, examples.LogSnr, nothing), examples.Velocity, 1e-4);
        });
    }

    /// <summary>The sampling loop takes the same steps.</summary>
    [TestMethod]
    [DataRow(SamplerType.Ddim, 8)]
    [DataRow(SamplerType.Ddim, 24)]
    [DataRow(SamplerType.DpmSolverPlusPlus2M, 96)]
    public void Teacher_arrives_where_its_sampler_does(SamplerType sampler, int steps)
    {
        var sampling = new SamplingOptions { Sampler = sampler, Steps = steps, Thresholding = ThresholdingType.Static };
        With(sampling, (model, targets, _, noise, conditions) =>
        {
            var examples = new JumpTargets(model, Solver(model, sampling), steps: 1).FromOwnStates(noise, Times, conditions);
            var landing = PerImage.Combine([.. Times.Select(_ => Jump.Landing(model.Schedule.LogSnr(1), double.PositiveInfinity))], examples.Z, examples.Velocity);

            using var batch = new TensorSamplingBatch(noise, (z, logSnr, _) => model.Predict(z, logSnr, conditions), _ => throw new InvalidOperationException(), Thresholding.Of(sampling), constraint: null);
            SamplingLoop.Run(SamplingPath.Create(sampling, PredictionType.V, model.Schedule, start: 1), batch, CancellationToken.None);

            // A multistep solver is here begun by Heun's first step, of the same order but not the same.
            AssertClose(batch.Images, landing, sampler == SamplerType.Ddim ? 1e-4 : 0.05);
        }, steps: 1);
    }

    [TestMethod]
    public void Own_states_are_those_of_the_students_way_from_noise() => With(Ddim(steps: 8), (model, targets, _, noise, conditions) =>
    {
        var examples = targets.FromOwnStates(noise, Times, conditions);

        Tensor z = noise;
        AssertClose(noise[3], examples.Z[3], 0);
        for (int place = 4; place > 1; place--)
        {
            double from = model.Schedule.LogSnr(place / 4.0), to = model.Schedule.LogSnr((place - 1) / 4.0);
            z = Jump.Landing(from, to).Apply(z, model.Predict(z, from, conditions));
            AssertClose(z[place - 2], examples.Z[place - 2], 1e-5);
        }
    });

    /// <summary>With the teacher as the student, whose jump follows one step of the teacher.</summary>
    [TestMethod]
    public void Consistent_target_is_one_step_of_the_teacher_and_a_jump_of_the_student() => With(Ddim(steps: 8), (model, targets, x, noise, conditions) =>
    {
        var examples = targets.Consistent(x, noise, Times, conditions);

        // Of eight places: 1, 3, 5 and 8, whose steps of the student end at 0, 2, 4 and 6.
        int[] places = [1, 3, 5, 8], ends = [0, 2, 4, 6];
        for (int i = 0; i < places.Length; i++)
        {
            double start = LogSnr(places[i]), middle = LogSnr(places[i] - 1), end = LogSnr(ends[i]);
            var one = conditions.Map(tensor => tensor[i..(i + 1)]);
            var z = ForwardProcess.Diffuse(x[i..(i + 1)], noise[i..(i + 1)], start);
            var landing = Jump.Landing(start, middle).Apply(z, model.Predict(z, start, one));
            landing = middle == end ? landing : Jump.Landing(middle, end).Apply(landing, model.Predict(landing, middle, one));
            AssertClose(Jump.Velocity(start, end).Apply(z, landing), examples.Velocity[i..(i + 1)], 1e-4);
        }

        double LogSnr(int place) => place == 0 ? double.PositiveInfinity : model.Schedule.LogSnr(place / 8.0);
    });

    private static SamplingOptions Ddim(int steps) => new() { Sampler = SamplerType.Ddim, Steps = steps, Thresholding = ThresholdingType.None };

    private static void With(SamplingOptions sampling, Action<DenoisingModel, JumpTargets, Tensor, Tensor, ImageConditions> check, int steps = 4)
    {
        using var trained = RandomModel.Trained(TinyData.Options(), Classes);
        using var teacher = new TeacherSolver(trained.Share(), sampling);
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        manual_seed(3);
        Tensor x = rand(4, 3, 8, 8) * 2 - 1, noise = randn(4, 3, 8, 8);
        var model = trained.Use(model => model);
        check(model, new JumpTargets(model, teacher, steps), x, noise, new ImageConditions(tensor(new[] { 0L, 1, 2, 0 }), null));
    }

    private static TeacherSolver Solver(DenoisingModel model, SamplingOptions sampling)
        => new(TrainedModel.Of(model.Lend(), new() { Options = OptionsResolver.Resolve(TinyData.Options(), hasGpu: false, seed: 1), Condition = Classes, TrainedSteps = 1 }), sampling);

    private static void AssertClose(Tensor expected, Tensor actual, double tolerance)
        => Assert.IsLessThanOrEqualTo(tolerance, (expected - actual).abs().max().item<float>());
}
