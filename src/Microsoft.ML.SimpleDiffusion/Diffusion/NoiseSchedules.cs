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
