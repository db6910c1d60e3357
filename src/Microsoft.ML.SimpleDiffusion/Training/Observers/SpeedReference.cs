using Microsoft.ML.SimpleDiffusion.Compute;

namespace Microsoft.ML.SimpleDiffusion.Training.Observers;

/// <summary>
/// What the speed of a run is measured by: the matrix products of its device. They are measured at the start, when nothing else of the run computes, and again
/// at rare moments as it goes on, because any single measurement may meet a moment at which other programs compute. The fastest counts.
/// </summary>
internal sealed class SpeedReference
{
    /// <summary>Shares of the run's time that measuring again may take: as a rule, and where the steps are faster than the products have been.</summary>
    private const double RareShare = 0.0005, SuspectShare = 0.001;

    private readonly Func<double> _measure;
    private readonly TimeProvider _time;
    private TimeSpan _spent;
    private TimeSpan _cost;
    private bool _canMeasure = true;

    /// <param name="target">The device that trains.</param>
    /// <param name="measure">Measures floating-point operations per second of matrix products on the device.</param>
    /// <param name="time">The clock.</param>
    public SpeedReference(ComputeTarget target, Func<double> measure, TimeProvider? time = null)
    {
        (Target, _measure, _time) = (target, measure, time ?? TimeProvider.System);
        Measure();
        _spent = TimeSpan.Zero;
    }

    /// <summary>The device that trains.</summary>
    public ComputeTarget Target { get; }

    /// <summary>The fastest that products have been, in floating-point operations per second.</summary>
    public double PeakFlops { get; private set; }

    /// <summary>Measures the device. Nothing else should run on it meanwhile.</summary>
    /// <param name="target">The device that trains.</param>
    public static SpeedReference Of(ComputeTarget target) => new(target, () => MatrixPeak.Measure(target));

    /// <summary>The speed of some steps as a share of that of products, 0 to 1. Measures those again if it is time.</summary>
    /// <param name="flops">Floating-point operations per second of the steps.</param>
    /// <param name="elapsed">Time since the start of the run.</param>
    public double ShareOfPeak(double flops, TimeSpan elapsed)
    {
        if (_canMeasure && _spent + _cost <= elapsed * (flops > PeakFlops ? SuspectShare : RareShare))
        {
            Measure();
        }

        return Math.Min(flops / PeakFlops, 1);
    }

    private void Measure()
    {
        long start = _time.GetTimestamp();
        try
        {
            PeakFlops = Math.Max(PeakFlops, _measure());
        }
        catch (Exception e) when (PeakFlops > 0 && OutOfMemory.IsCauseOf(e))
        {
            // The run has taken what there is; it must not end for a number in the log.
            _canMeasure = false;
        }

        // A clock that jumps back counts as none.
        _cost = TimeSpan.FromTicks(Math.Max(_time.GetElapsedTime(start).Ticks, 0));
        _spent += _cost;
    }
}
