using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Schedules;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Samplers;

/// <summary>The way from noise to image.</summary>
internal static class SamplingLoop
{
    /// <summary>
    /// Evaluates the network at the times N/N, (N-1)/N, …, 1/N. All but the last evaluation are followed by a step to the next time; the last
    /// prediction of the clean image is the result, as in appendix A ('return the mean').
    /// </summary>
    /// <param name="options">Sampler, number of evaluations N, thresholding, guidance interval.</param>
    /// <param name="prediction">What the network predicts.</param>
    /// <param name="schedule">The noise schedule of the training.</param>
    /// <param name="conditional">The network under its condition.</param>
    /// <param name="guided">The network with guidance, for evaluations in the guidance interval; null if guidance is off.</param>
    /// <param name="initialNoise">Standard normal noise [B, C, H, W].</param>
    /// <param name="stepNoise">Standard normal noise of the step with the given number, 0-based.</param>
    /// <param name="onStep">Called after each evaluation with the number of evaluations done.</param>
    /// <param name="cancellationToken">Checked before each evaluation.</param>
    /// <returns>Images [B, C, H, W], about -1 to 1.</returns>
    public static Tensor Run(
        SamplingOptions options,
        PredictionType prediction,
        INoiseSchedule schedule,
        Denoiser conditional,
        Denoiser? guided,
        Tensor initialNoise,
        Func<int, Tensor> stepNoise,
        Action<int>? onStep,
        CancellationToken cancellationToken)
    {
        int count = options.Steps;
        Tensor z = initialNoise.alias();
        Tensor? previousX = null;
        double logSnrPrevious = double.NaN;
        try
        {
            for (int i = 0; i < count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                double logSnr = schedule.LogSnr((double)(count - i) / count);
                bool isGuided = guided is not null && Guidance.IsActive(options, count == 1 ? 1 : (double)i / (count - 1));
                var x = PredictX(options, prediction, isGuided ? guided! : conditional, z, logSnr);
                onStep?.Invoke(i + 1);
                if (i == count - 1)
                {
                    return x;
                }

                double logSnrNext = schedule.LogSnr((double)(count - i - 1) / count);
                var next = Step(options, z, x, previousX, logSnrPrevious, logSnr, logSnrNext, i, stepNoise);
                z.Dispose();
                previousX?.Dispose();
                (z, previousX, logSnrPrevious) = (next, x, logSnr);
            }

            throw new ArgumentOutOfRangeException(nameof(options), count, "There must be at least one step.");
        }
        finally
        {
            z.Dispose();
            previousX?.Dispose();
        }
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
