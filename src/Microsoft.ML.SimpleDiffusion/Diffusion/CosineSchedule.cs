namespace Microsoft.ML.SimpleDiffusion.Diffusion;

/// <summary>The cosine schedule (Nichol and Dhariwal 2021) in log-SNR form with bounds: 'logsnr_schedule_cosine' of appendix A.</summary>
internal sealed class CosineSchedule : INoiseSchedule
{
    private readonly double _minAngle;
    private readonly double _maxAngle;

    /// <param name="logSnrMin">Log-SNR at t = 1.</param>
    /// <param name="logSnrMax">Log-SNR at t = 0.</param>
    public CosineSchedule(double logSnrMin, double logSnrMax)
    {
        LogSnrMin = logSnrMin;
        LogSnrMax = logSnrMax;
        _minAngle = Math.Atan(Math.Exp(-0.5 * logSnrMax));
        _maxAngle = Math.Atan(Math.Exp(-0.5 * logSnrMin));
    }

    /// <inheritdoc/>
    public double LogSnrMin { get; }

    /// <inheritdoc/>
    public double LogSnrMax { get; }

    /// <inheritdoc/>
    public double LogSnr(double t) => -2 * Math.Log(Math.Tan(Angle(t)));

    /// <inheritdoc/>
    public double Slope(double t) => -4 * (_maxAngle - _minAngle) / Math.Sin(2 * Angle(t));

    /// <inheritdoc/>
    public double Time(double logSnr) => Math.Clamp((Math.Atan(Math.Exp(-0.5 * logSnr)) - _minAngle) / (_maxAngle - _minAngle), 0, 1);

    private double Angle(double t) => _minAngle + (t * (_maxAngle - _minAngle));
}
