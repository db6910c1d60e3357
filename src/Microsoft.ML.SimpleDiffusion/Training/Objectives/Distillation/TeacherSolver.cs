using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Interop.Native;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using Microsoft.ML.SimpleDiffusion.Samplers;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.Objectives.Distillation;

/// <summary>
/// Takes images some steps along the teacher's way, each from where it is. The way has the times of generation, M/M, (M-1)/M, …, 1/M and then the image. Owns
/// its share of the teacher.
/// </summary>
/// <param name="teacher">The teacher.</param>
/// <param name="sampling">How it draws: sampler, steps M, guidance and thresholding.</param>
internal sealed class TeacherSolver(TrainedModel teacher, SamplingOptions sampling) : IDisposable
{
    private readonly Thresholding _thresholding = Thresholding.Of(sampling);

    /// <summary>Steps of the whole way.</summary>
    public int Steps => sampling.Steps;

    /// <summary>Whether the teacher can be led away from nothing in particular: it has a condition, and is not told how far.</summary>
    private bool CanBeGuided => teacher.Configuration.Condition is { Kind: not ConditionKind.None, HasGuidanceInput: false };

    /// <summary>Evaluations of the teacher for a step of an image, where each is asked to follow its condition by a scale of its own or by that of the sampling.</summary>
    /// <param name="hasOwnScales">Whether each has its own.</param>
    public int EvaluationsPerStep(bool hasOwnScales) => CanBeGuided && (hasOwnScales || sampling.GuidanceScale != 1) ? 2 : 1;

    /// <summary>Where the teacher takes images.</summary>
    /// <param name="z">Noisy images [B, C, H, W].</param>
    /// <param name="positions">Where each image is on the way [B]: M at noise, 1 before the last step.</param>
    /// <param name="steps">How many steps to take: no more than the lowest position.</param>
    /// <param name="conditions">What they are to show.</param>
    /// <returns>[B, C, H, W], in the current dispose scope.</returns>
    public Tensor Solve(Tensor z, int[] positions, int steps, ImageConditions conditions) => teacher.Use(model =>
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        using var autocast = Autocast.Enter(model.Target.Precision, model.Target.Device.type);
        var way = new Way(model, Encode(model, conditions, positions.Length), sampling, _thresholding);
        ISampler[] samplers = [.. positions.Select(_ => ISampler.Create(sampling))];
        Tensor? previous = null;
        for (int step = 0; step < steps; step++)
        {
            double[] from = [.. positions.Select(position => way.LogSnr(position - step))], to = [.. positions.Select(position => way.LogSnr(position - step - 1))];
            StepCoefficients[] coefficients = [.. samplers.Select((sampler, i) => double.IsPositiveInfinity(to[i]) ? StepCoefficients.Result : sampler.Step(from[i], to[i]))];
            var x = way.PredictX(z, from, [.. positions.Select(position => way.IsGuided(position - step))]);
            var mean = x;
            if (step == 0 && steps > 1 && sampling.Sampler == SamplerType.DpmSolverPlusPlus2M)
            {
                // A multistep solver that begins in the middle of the way has no step before it: Heun's, of the same order, needs none.
                var landing = Apply(coefficients, z, x, previous: null);
                mean = (x + way.PredictX(landing, to, [.. positions.Select(position => way.IsGuided(position - 1))])) / 2;
            }

            z = Apply(coefficients, z, mean, previous);
            previous = x;
        }

        return z.MoveToOuterDisposeScope();
    });

    public void Dispose() => teacher.Dispose();

    private static Tensor Apply(StepCoefficients[] coefficients, Tensor z, Tensor x, Tensor? previous)
    {
        var next = PerImage.Combine([.. coefficients.Select(c => new LinearCombination(c.Z, c.X))], z, x);
        return previous is null ? next : next.addcmul_(PerImage.Factors(coefficients.Select(c => c.PreviousX), z.device), previous, 1);
    }

    /// <param name="model">The teacher.</param>
    /// <param name="conditions">What the images are to show, and how strictly where the student is told: a teacher that is told nothing is guided.</param>
    /// <param name="count">Images.</param>
    private (ImageConditions Asked, ImageConditions? Nothing) Encode(DenoisingModel model, ImageConditions conditions, int count)
    {
        var known = teacher.Configuration.Condition;
        var asked = model.Network.Encode(conditions);
        if (known.HasGuidanceInput)
        {
            return (asked with { GuidanceScale = conditions.GuidanceScale ?? full(count, sampling.GuidanceScale, dtype: ScalarType.Float32, device: model.Target.Device) }, null);
        }

        if (EvaluationsPerStep(conditions.GuidanceScale is not null) == 1)
        {
            return (asked, null);
        }

        var nothing = ConditionTensors.Create(teacher.Configuration.Condition, Enumerable.Repeat(RowCondition.None, count).ToArray(), portraits: null, model.Target.Device);
        return (asked, model.Network.Encode(nothing with { Portrait = conditions.Portrait }));
    }

    /// <summary>The teacher's way for one batch.</summary>
    private sealed class Way(DenoisingModel model, (ImageConditions Asked, ImageConditions? Nothing) conditions, SamplingOptions sampling, Thresholding thresholding)
    {
        /// <summary>Log-SNR at a position; infinity at the image.</summary>
        public double LogSnr(int position) => SamplingPath.LogSnr(model.Schedule, position, sampling.Steps);

        /// <summary>Whether the evaluation at a position lies in the interval of guidance, by its share of the whole way.</summary>
        public bool IsGuided(int position) => conditions.Nothing is not null && SamplingPath.IsInGuidanceInterval(sampling, position);

        /// <summary>The clean images that are predicted.</summary>
        public Tensor PredictX(Tensor z, double[] logSnr, bool[] isGuided)
        {
            using var scope = NewDisposeScope();
            var levels = PerImage.Vector(logSnr, z.device);
            var prediction = model.Predict(z, levels, conditions.Asked);
            if (isGuided.Contains(true))
            {
                var guided = Guidance.Apply(prediction, model.Predict(z, levels, conditions.Nothing!.Value), sampling, conditions.Asked.GuidanceScale?.view(-1, 1, 1, 1));
                prediction = where(tensor(isGuided, device: z.device).view(-1, 1, 1, 1), guided, prediction);
            }

            var x = PerImage.Combine([.. logSnr.Select(level => Parametrization.ToX(model.Prediction, level))], z, prediction);
            return thresholding.Apply(x).MoveToOuterDisposeScope();
        }
    }
}
