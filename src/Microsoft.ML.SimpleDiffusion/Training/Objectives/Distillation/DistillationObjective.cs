using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.Randomness;
using Microsoft.ML.SimpleDiffusion.Training.Feed;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.Objectives.Distillation;

/// <summary>
/// To arrive in one step where the teacher arrives in several: the mean square of the student's v less the v that leads there, or with the method Consistency the
/// pseudo-Huber loss of it (Song and Dhariwal 2024), which does not let the few worst pixels rule. Owns the teacher.
/// </summary>
internal sealed class DistillationObjective : IObjective, IDisposable
{
    /// <summary>The constant of the pseudo-Huber loss for images of one number: c grows with the square root of their count.</summary>
    private const double HuberScale = 0.00054;

    /// <summary>In the place of the step where guidance scales are drawn for an evaluation: the same for each.</summary>
    private const long EvaluationStep = long.MaxValue;

    private readonly DenoisingModel _student;
    private readonly TeacherSolver _teacher;
    private readonly DistillationInfo _info;
    private readonly BatchBuilder _batches;
    private readonly BatchDraws _draws;
    private readonly JumpTargets _targets;
    private readonly ReusedExamples _reused;
    private readonly ulong _seed;

    /// <param name="student">The student. Owned by the caller.</param>
    /// <param name="teacher">The teacher, which becomes this objective's.</param>
    /// <param name="configuration">The student to be, with no option left open.</param>
    /// <param name="batches">Makes the batches of earlier steps again.</param>
    public DistillationObjective(DenoisingModel student, TeacherSolver teacher, ModelConfiguration configuration, BatchBuilder batches)
    {
        _student = student;
        _teacher = teacher;
        _info = configuration.Distillation!;
        _batches = batches;
        _draws = new BatchDraws(configuration.Options, student.Target);
        _targets = new JumpTargets(student, teacher, _info.SamplingSteps);
        _reused = new ReusedExamples(_info.TargetReuse);
        _seed = (uint)configuration.Options.Seed!.Value;
    }

    /// <inheritdoc/>
    public double EvaluationsBeside => DistillationWork.EvaluationsPerImage(_info with { TeacherSteps = _teacher.Steps }, _teacher.EvaluationsPerStep(_info.MaxGuidanceScale is not null));

    /// <inheritdoc/>
    public Tensor Loss(TrainingBatch batch)
    {
        using var scope = NewDisposeScope();
        return Losses(ExamplesOf(batch)).mean().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor Losses(Tensor x, Tensor noise, double[] times, ImageConditions conditions)
    {
        using var scope = NewDisposeScope();
        conditions = WithScales(conditions, EvaluationStep, microStep: 0, (int)x.shape[0]);
        var examples = _info.Method == DistillationMethod.Consistency ? _targets.Consistent(x, noise, times, conditions) : _targets.FromImages(x, noise, times, conditions);
        return Losses(examples).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _reused.Dispose();
        _teacher.Dispose();
    }

    private Tensor Losses(JumpExamples examples)
    {
        var residual = _student.Predict(examples.Z, examples.LogSnr, examples.Conditions) - examples.Velocity;
        if (_info.Method != DistillationMethod.Consistency)
        {
            return SquaredError.Mean(residual);
        }

        double c = HuberScale * Math.Sqrt(residual.NumberOfElements / (double)residual.shape[0]);
        return (residual.square().sum([1, 2, 3]) + (c * c)).sqrt() - c;
    }

    /// <summary>Examples of a step. Those that depend on the student as it is are made anew.</summary>
    private JumpExamples ExamplesOf(TrainingBatch batch)
    {
        if (_info.Method == DistillationMethod.Consistency)
        {
            return Make(batch, (x, noise, conditions) => _targets.Consistent(x, noise, batch.Times, conditions));
        }

        if (StatelessRandom.Uniform(_seed, RandomPurpose.OwnStates, (ulong)batch.Step, 0) < _info.OwnStateShare)
        {
            return Make(batch, (_, noise, conditions) => _targets.FromOwnStates(noise, batch.Times, conditions));
        }

        return _reused.Get(batch.Step, batch.MicroStep, step =>
        {
            using var other = step == batch.Step ? null : _batches.Build(step, batch.MicroStep);
            var source = other ?? batch;
            return Make(source, (x, noise, conditions) => _targets.FromImages(x, noise, source.Times, conditions));
        });
    }

    private JumpExamples Make(TrainingBatch batch, Func<Tensor, Tensor, ImageConditions, JumpExamples> make)
    {
        var target = _student.Target;
        return make(batch.ImagesOn(target), _draws.Noise(batch), WithScales(batch.Conditions.Map(target.Upload), batch.Step, batch.MicroStep, batch.Times.Length));
    }

    /// <summary>The conditions with a guidance scale for each image, uniform from 1 to the largest, where the student learns several.</summary>
    private ImageConditions WithScales(ImageConditions conditions, long step, int microStep, int count)
    {
        if (_info.MaxGuidanceScale is not float largest)
        {
            return conditions;
        }

        var rows = Enumerable.Range(microStep * count, count);
        float[] scales = [.. rows.Select(row => 1 + ((largest - 1) * (float)StatelessRandom.Uniform(_seed, RandomPurpose.GuidanceScale, (ulong)step, (ulong)row)))];
        return conditions with { GuidanceScale = tensor(scales, device: _student.Target.Device) };
    }
}
