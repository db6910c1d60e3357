namespace Microsoft.ML.SimpleDiffusion.Tests.Support;

/// <summary>A clock under the test's control, in either direction.</summary>
internal sealed class FakeTime : TimeProvider
{
    public TimeSpan Now { get; set; } = TimeSpan.FromDays(1);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Now.Ticks;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + Now;
}
