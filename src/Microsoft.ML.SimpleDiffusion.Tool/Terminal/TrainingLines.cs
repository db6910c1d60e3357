using System.Diagnostics;

namespace Microsoft.ML.SimpleDiffusion.Tool.Terminal;

/// <summary>A training run as lines, for logs.</summary>
internal sealed class TrainingLines(Screen screen) : IProgress<TrainingProgress>
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private long? _last;

    public void Report(TrainingProgress value)
    {
        if (_last is null || value.Step == value.TotalSteps || value.Evaluation?.Step == value.Step || Stopwatch.GetElapsedTime(_last.Value) >= Interval)
        {
            _last = Stopwatch.GetTimestamp();
            screen.Hint(TrainingText.Of(value));
        }
    }
}
