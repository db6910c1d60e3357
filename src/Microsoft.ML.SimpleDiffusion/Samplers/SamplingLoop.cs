using Microsoft.ML.SimpleDiffusion.Diffusion;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Samplers;

/// <summary>The way from noise to image.</summary>
internal static class SamplingLoop
{
    /// <summary>
    /// Evaluates the network at the times N/N, (N-1)/N, …, 1/N. All but the last evaluation are followed by a step to the next time; the last
    /// prediction of the clean image is the result, as in appendix A ('return the mean'). From a start at a time T below 1 the way is as many times
    /// shorter: N T evaluations, rounded up, spread evenly from T down.
    /// </summary>
    /// <param name="options">Sampler, number of evaluations N, thresholding, guidance interval.</param>
    /// <param name="prediction">What the network predicts.</param>
    /// <param name="schedule">The noise schedule of the training.</param>
    /// <param name="conditional">The network under its condition.</param>
    /// <param name="guided">The network with guidance, for evaluations in the guidance interval; null if guidance is off.</param>
    /// <param name="start">Where to begin.</param>
    /// <param name="stepNoise">Standard normal noise of the step with the given number, 0-based.</param>
    /// <param name="constraint">What must hold of the images at every noise level, or null.</param>
    /// <param name="cancellationToken">Checked before each evaluation.</param>
    /// <returns>Images [B, C, H, W], about -1 to 1.</returns>
    public static Tensor Run(
        SamplingOptions options,
        PredictionType prediction,
        INoiseSchedule schedule,
        Denoiser conditional,
        Denoiser? guided,
        SamplingStart start,
        Func<int, Tensor> stepNoise,
        Constraint? constraint,
        CancellationToken cancellationToken)
    {
        int count = Evaluations(options.Steps, start.Time);
        Tensor z = Constrain(constraint, start.Z.alias(), schedule.LogSnr(start.Time));
        Tensor? previousX = null;
        double logSnrPrevious = double.NaN;
        try
        {
            for (int i = 0; i < count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                double logSnr = schedule.LogSnr(Time(start.Time, i, count));
                bool isGuided = guided is not null && Guidance.IsActive(options, Progress(options.Steps, start.Time, i, count));
                var x = PredictX(options, prediction, isGuided ? guided! : conditional, z, logSnr);
                if (i == count - 1)
                {
                    return Constrain(constraint, x, double.PositiveInfinity);
                }

                double logSnrNext = schedule.LogSnr(Time(start.Time, i + 1, count));
                var next = Step(options, z, x, previousX, logSnrPrevious, logSnr, logSnrNext, i, stepNoise);
                z.Dispose();
                previousX?.Dispose();
                (z, previousX, logSnrPrevious) = (Constrain(constraint, next, logSnrNext), x, logSnr);
            }

            throw new ArgumentOutOfRangeException(nameof(options), count, "There must be at least one step.");
        }
        finally
        {
            z.Dispose();
            previousX?.Dispose();
        }
    }

    /// <summary>Time of an evaluation.</summary>
    private static double Time(double start, int evaluation, int count) => start * ((double)(count - evaluation) / count);

    /// <summary>Share of the whole way from noise (0) to image (1) at which an evaluation lies. The last one of a whole way is at its end.</summary>
    private static double Progress(int steps, double start, int evaluation, int count)
    {
        double skipped = steps * (1 - start), stepLength = steps * start / count;
        return steps == 1 ? 1 : Math.Min((skipped + (evaluation * stepLength)) / (steps - 1), 1);
    }

    /// <summary>Takes <paramref name="z"/> and gives what the constraint makes of it.</summary>
    private static Tensor Constrain(Constraint? constraint, Tensor z, double logSnr)
    {
        if (constraint is null)
        {
            return z;
        }

        using (z)
        {
            return constraint(z, logSnr);
        }
    }

    /// <summary>Network evaluations from a time on: its share of all, rounded up.</summary>
    /// <param name="steps">Evaluations from noise.</param>
    /// <param name="time">Diffusion time at which sampling starts, above 0 to 1.</param>
    internal static int Evaluations(int steps, double time)
    {
        // 0.55 times 100 is a little more than 55 in binary, and a float's 0.6 more than 0.6.
        const double Tolerance = 1e-6;
        return Math.Max(1, (int)Math.Ceiling(steps * (time - Tolerance)));
    }

    private static Tensor PredictX(SamplingOptions options, PredictionType prediction, Denoiser denoiser, Tensor z, double logSnr)
    {
        using var scope = NewDisposeScope();
        var x = Parametrization.ToX(prediction, denoiser(z, logSnr), z, logSnr);
        return Thresholding.Apply(options, x).MoveToOuterDisposeScope();
    }

    private static Tensor Step(
        SamplingOptions options,
        Tensor z,
        Tensor x,
        Tensor? previousX,
        double logSnrPrevious,
        double logSnr,
        double logSnrNext,
        int step,
        Func<int, Tensor> stepNoise)
    {
        if (options.Sampler == SamplerType.DpmSolverPlusPlus2M)
        {
            return DpmSolverPlusPlus2M.Step(z, x, previousX, logSnrPrevious, logSnr, logSnrNext);
        }

        bool needsNoise = options.Sampler == SamplerType.Ddpm || options.DdimEta > 0;
        using var noise = needsNoise ? stepNoise(step) : null;
        return options.Sampler == SamplerType.Ddpm
            ? DdpmSampler.Step(z, x, logSnr, logSnrNext, options.NoiseInterpolation, noise!)
            : DdimSampler.Step(z, x, logSnr, logSnrNext, options.DdimEta, noise);
    }
}
