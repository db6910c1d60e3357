namespace Microsoft.ML.SimpleDiffusion.Training.Observers;

/// <summary>
/// Time since a moment, by the monotonic clock: setting the system's clock does not change it. Where even that clock jumps back, as it has on
/// virtual machines, the time between two readings counts as none.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class ElapsedTimer(TimeProvider time)
{
    private long _last = time.GetTimestamp();
    private TimeSpan _elapsed;

    /// <summary>0 or more, and never less than before.</summary>
    public TimeSpan Elapsed
    {
        get
        {
            long now = time.GetTimestamp();
            if (now > _last)
            {
                _elapsed += time.GetElapsedTime(_last, now);
            }

            _last = now;
            return _elapsed;
        }
    }

    public void Restart() => (_last, _elapsed) = (time.GetTimestamp(), TimeSpan.Zero);
}
