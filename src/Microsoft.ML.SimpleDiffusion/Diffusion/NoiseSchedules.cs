namespace Microsoft.ML.SimpleDiffusion.Diffusion;

/// <summary>Makes the noise schedule that the options ask for.</summary>
internal static class NoiseSchedules
{
    /// <param name="options">The whole options, with the size of the images.</param>
    public static INoiseSchedule Create(SimpleDiffusionOptions options) => Create(options.Diffusion, options.ImageHeight, options.ImageWidth);

    /// <param name="options">Schedule, noise resolutions and unshifted limits.</param>
    /// <param name="imageHeight">Height of the images in pixels.</param>
    /// <param name="imageWidth">Width of the images in pixels. For images that are not square the geometric mean is their resolution.</param>
    public static INoiseSchedule Create(DiffusionOptions options, int imageHeight, int imageWidth)
    {
        double resolution = Math.Sqrt((double)imageHeight * imageWidth);
        var cosine = new CosineSchedule(options.LogSnrMin, options.LogSnrMax);
        return options.Schedule switch
        {
            ScheduleType.Cosine => cosine,
            ScheduleType.ShiftedCosine => Shifted(options.NoiseResolution),
            ScheduleType.InterpolatedCosine => new InterpolatedSchedule(Shifted(options.NoiseResolutionLow), Shifted(options.NoiseResolutionHigh)),
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.Schedule, "Unknown noise schedule."),
        };

        ShiftedSchedule Shifted(int noiseResolution) => new(cosine, ShiftedSchedule.ShiftOf(noiseResolution, resolution));
    }
}

/// <summary>A noise schedule: log-SNR as a decreasing function of diffusion time.</summary>
internal interface INoiseSchedule
{
    /// <summary>Lowest log-SNR, at t = 1, with all shifts applied.</summary>
    double LogSnrMin { get; }

    /// <summary>Highest log-SNR, at t = 0, with all shifts applied.</summary>
    double LogSnrMax { get; }

    /// <summary>Log-SNR (natural logarithm of alpha² / sigma²) at time <paramref name="t"/> in [0, 1].</summary>
    double LogSnr(double t);

    /// <summary>Derivative of <see cref="LogSnr"/> with respect to time, below 0.</summary>
    double Slope(double t);

    /// <summary>The time at which the schedule has a log-SNR: 0 for those above its limits, 1 for those below.</summary>
    double Time(double logSnr);
}
