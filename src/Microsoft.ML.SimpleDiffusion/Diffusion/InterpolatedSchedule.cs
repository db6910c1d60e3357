namespace Microsoft.ML.SimpleDiffusion.Diffusion;

/// <summary>
/// 'logsnr_schedule_cosine_interpolated' of appendix A: from one shifted schedule at the clean end (t = 0) to another at the noisy end (t = 1).
/// Equation 6 of the paper has the two the other way round; the code of the appendix is followed.
/// </summary>
/// <param name="low">The schedule of the lower noise resolution, which has more noise.</param>
/// <param name="high">The schedule of the higher noise resolution.</param>
internal sealed class InterpolatedSchedule(INoiseSchedule low, INoiseSchedule high) : INoiseSchedule
{
    /// <summary>Halvings of the interval of times, after which it is as narrow as a double can tell.</summary>
    private const int Halvings = 60;

    /// <inheritdoc/>
    public double LogSnrMin => low.LogSnrMin;

    /// <inheritdoc/>
    public double LogSnrMax => high.LogSnrMax;

    /// <inheritdoc/>
    public double LogSnr(double t) => (t * low.LogSnr(t)) + ((1 - t) * high.LogSnr(t));

    /// <inheritdoc/>
    public double Slope(double t) => low.LogSnr(t) - high.LogSnr(t) + (t * low.Slope(t)) + ((1 - t) * high.Slope(t));

    /// <inheritdoc/>
    public double Time(double logSnr)
    {
        if (logSnr >= LogSnrMax || logSnr <= LogSnrMin)
        {
            return logSnr >= LogSnrMax ? 0 : 1;
        }

        double before = 0, after = 1;
        for (int i = 0; i < Halvings; i++)
        {
            double middle = (before + after) / 2;
            (before, after) = LogSnr(middle) > logSnr ? (middle, after) : (before, middle);
        }

        return (before + after) / 2;
    }
}
