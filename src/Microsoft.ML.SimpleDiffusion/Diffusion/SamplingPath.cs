namespace Microsoft.ML.SimpleDiffusion.Diffusion;

/// <summary>
/// The way from noise to image as numbers. The network is evaluated at the times N/N, (N-1)/N, …, 1/N. All but the last evaluation are followed by a step to
/// the next time; the last prediction of the clean image is the result, as in appendix A ('return the mean'). From a start at a time T below 1 the way
/// is as many times shorter: N T evaluations, rounded up, spread evenly from T down.
/// </summary>
internal static class SamplingPath
{
    /// <param name="options">Sampler, number of evaluations N, guidance scale and interval.</param>
    /// <param name="prediction">What the network predicts.</param>
    /// <param name="schedule">The noise schedule of the training.</param>
    /// <param name="start">Diffusion time at which the way begins, above 0 to 1.</param>
    public static IReadOnlyList<SamplingStep> Create(SamplingOptions options, PredictionType prediction, INoiseSchedule schedule, double start)
    {
        int count = Evaluations(options.Steps, start);
        var sampler = ISampler.Create(options);
        return [.. Enumerable.Range(0, count).Select(CreateStep)];

        SamplingStep CreateStep(int i)
        {
            double logSnr = LogSnr(i);
            bool isLast = i == count - 1;
            double next = isLast ? double.PositiveInfinity : LogSnr(i + 1);
            bool isGuided = options.GuidanceScale != 1 && IsInGuidanceInterval(options, Progress(options.Steps, start, i, count));
            return new SamplingStep(i, logSnr, isGuided, Parametrization.ToX(prediction, logSnr), next, isLast ? null : sampler.Step(logSnr, next));
        }

        double LogSnr(int i) => schedule.LogSnr(start * ((double)(count - i) / count));
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

    /// <summary>Log-SNR at a place of a whole way of N steps, N at the noise; infinity at the image, place 0.</summary>
    internal static double LogSnr(INoiseSchedule schedule, int place, int steps) => place == 0 ? double.PositiveInfinity : schedule.LogSnr((double)place / steps);

    /// <summary>Whether the evaluation at a place of the whole way lies in the interval of guidance.</summary>
    internal static bool IsInGuidanceInterval(SamplingOptions options, int place)
        => IsInGuidanceInterval(options, Progress(options.Steps, start: 1, evaluation: options.Steps - place, count: options.Steps));

    /// <summary>Whether an evaluation lies in the interval of guidance (Kynkäänniemi et al. 2024). Bounds included.</summary>
    private static bool IsInGuidanceInterval(SamplingOptions options, double progress)
        => progress >= options.GuidanceIntervalStart && progress <= options.GuidanceIntervalEnd;

    /// <summary>Share of the whole way from noise (0) to image (1) at which an evaluation lies. The last one of a whole way is at its end.</summary>
    private static double Progress(int steps, double start, int evaluation, int count)
    {
        double skipped = steps * (1 - start), stepLength = steps * start / count;
        return steps == 1 ? 1 : Math.Min((skipped + (evaluation * stepLength)) / (steps - 1), 1);
    }
}

/// <summary>One evaluation of the network on the way from noise to image, and the step that follows from it.</summary>
/// <param name="Index">0 for the first.</param>
/// <param name="LogSnr">Log-SNR of the noisy images.</param>
/// <param name="IsGuided">Whether it lies in the interval of guidance.</param>
/// <param name="ToX">What the prediction means for the clean image.</param>
/// <param name="NextLogSnr">Log-SNR after the step; infinity after the last evaluation, whose clean image is the result.</param>
/// <param name="Coefficients">The step; none after the last evaluation.</param>
internal sealed record SamplingStep(int Index, double LogSnr, bool IsGuided, LinearCombination ToX, double NextLogSnr, StepCoefficients? Coefficients);
