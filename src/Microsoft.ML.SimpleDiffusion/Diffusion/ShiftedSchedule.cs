namespace Microsoft.ML.SimpleDiffusion.Diffusion;

/// <summary>
/// A schedule moved along the log-SNR axis: 'logsnr_schedule_cosine_shifted' of appendix A, equations 3 to 5. At a resolution d the shift
/// 2 log(noise_d / d) leaves as much noise at low resolution as the unshifted schedule leaves at noise_d. The limits move along.
/// </summary>
internal sealed class ShiftedSchedule(INoiseSchedule schedule, double shift) : INoiseSchedule
{
    /// <inheritdoc/>
    public double LogSnrMin => schedule.LogSnrMin + shift;

    /// <inheritdoc/>
    public double LogSnrMax => schedule.LogSnrMax + shift;

    /// <summary>The shift of equation 4.</summary>
    /// <param name="noiseResolution">Resolution that the noise is to be defined at.</param>
    /// <param name="imageResolution">Resolution of the images.</param>
    public static double ShiftOf(double noiseResolution, double imageResolution) => 2 * Math.Log(noiseResolution / imageResolution);

    /// <inheritdoc/>
    public double LogSnr(double t) => schedule.LogSnr(t) + shift;

    /// <inheritdoc/>
    public double Slope(double t) => schedule.Slope(t);

    /// <inheritdoc/>
    public double Time(double logSnr) => schedule.Time(logSnr - shift);
}
