using static System.FormattableString;

namespace Microsoft.ML.SimpleDiffusion.Tool.Terminal;

/// <summary>The state of a training run in one line.</summary>
internal static class TrainingText
{
    public static string Of(TrainingProgress progress)
    {
        string evaluation = progress.Evaluation is { } last ? $", {string.Join(", ", last.Metrics.Select(metric => Invariant($"{metric.Key} {metric.Value:G4}")))}" : string.Empty;
        return Invariant($"step {progress.Step} of {progress.TotalSteps}, loss {progress.Loss:F4}{evaluation}, {progress.ImagesPerSecond:F0} images/s, {Left(progress.TimeRemaining)} left");
    }

    private static string Left(TimeSpan time) => time switch
    {
        { TotalHours: >= 1 } => Invariant($"{(int)time.TotalHours} h {time.Minutes:00} min"),
        { TotalMinutes: >= 1 } => Invariant($"{time.Minutes} min {time.Seconds:00} s"),
        _ => Invariant($"{time.Seconds} s"),
    };
}
