namespace Microsoft.ML.SimpleDiffusion.Diffusion;

/// <summary>Noise levels whose log-SNR is normal, cut off at the schedule's limits, in place of those of uniform times.</summary>
/// <param name="options">Mean and deviation.</param>
/// <param name="schedule">The noise schedule.</param>
internal sealed class NormalDraws(DiffusionOptions options, INoiseSchedule schedule)
{
    /// <summary>The mean counts from the middle of the schedule's own draws, which is the shift where there is one.</summary>
    private readonly double _mean = schedule.LogSnr(0.5) + options.LogSnrMean;

    /// <summary>The first step, 0-based, that has the schedule's own draws: the number of steps before it.</summary>
    /// <param name="options">The run's.</param>
    public static long CountOfSteps(SimpleDiffusionOptions options)
        => options.Diffusion.NoiseDraws == NoiseDraws.Normal ? (long)Math.Round(options.Diffusion.ScheduleDrawsFrom * options.Training.Steps) : 0;

    /// <summary>Diffusion time at a place among the draws.</summary>
    /// <param name="place">0 to 1: the higher, the more noise, as with times.</param>
    public double Time(double place) => schedule.Time(_mean - (options.LogSnrDeviation * NormalDistribution.Quantile(place)));

    /// <summary>
    /// What stands for the schedule's slope in the weights of losses. The slope is minus one over the density of the log-SNRs at uniform times: so here it is
    /// minus one over the normal density, and a noise level counts what it counts under uniform times. But no more than the schedule's own slope: levels that
    /// the normal draws meet less often than uniform times do would count so much the few times they come that single images ruled a step.
    /// </summary>
    /// <param name="t">Diffusion time, 0 to 1.</param>
    public double Slope(double t)
    {
        double distance = (schedule.LogSnr(t) - _mean) / options.LogSnrDeviation;
        double density = Math.Exp(-0.5 * distance * distance) / (options.LogSnrDeviation * Math.Sqrt(2 * Math.PI));
        return Math.Max(-1 / density, schedule.Slope(t));
    }
}
