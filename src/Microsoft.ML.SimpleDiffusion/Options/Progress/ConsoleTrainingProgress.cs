using System.Globalization;

namespace Microsoft.ML.SimpleDiffusion;

/// <summary>
/// Shows on the console how a training goes, for <see cref="TrainingOptions.Progress"/>: step, loss, speed, share of the machine's peak and time left. On a terminal one
/// line is drawn anew about once a second; where the output goes elsewhere, a line is written every few seconds. Evaluations have lines of their own.
/// </summary>
public sealed class ConsoleTrainingProgress : IProgress<TrainingProgress>, IDisposable
{
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly TextWriter _output;
    private readonly Func<int>? _terminalWidth;
    private readonly TimeProvider _time;
    private long? _lastLine;
    private int _drawn;
    private TrainingEvaluation? _evaluation;

    /// <summary>Shows progress on <see cref="Console.Out"/>.</summary>
    public ConsoleTrainingProgress()
        : this(Console.Out, Console.IsOutputRedirected ? null : () => Console.WindowWidth, TimeProvider.System)
    {
    }

    /// <param name="output">Where to.</param>
    /// <param name="terminalWidth">Columns of the terminal; null if it is none.</param>
    /// <param name="time">The clock.</param>
    internal ConsoleTrainingProgress(TextWriter output, Func<int>? terminalWidth, TimeProvider time) => (_output, _terminalWidth, _time) = (output, terminalWidth, time);

    /// <summary>Shows the state of the run.</summary>
    /// <param name="value">The state.</param>
    public void Report(TrainingProgress value)
    {
        ArgumentNullException.ThrowIfNull(value);
        lock (_lock)
        {
            // The newest evaluation comes with every report until there is another.
            if (value.Evaluation is { } evaluation && evaluation != _evaluation)
            {
                _evaluation = evaluation;
                EndLine();
                _output.WriteLine(Describe(evaluation));
            }

            // Before the first step there is nothing to say of it.
            if (value.Step == 0)
            {
                return;
            }

            if (_terminalWidth is not null)
            {
                Draw(Describe(value), _terminalWidth());
            }
            else if (_lastLine is not long last || _time.GetElapsedTime(last) >= LineInterval || value.Step == value.TotalSteps)
            {
                _output.WriteLine(Describe(value));
                _lastLine = _time.GetTimestamp();
            }
        }
    }

    /// <summary>Ends the line that is drawn, so that what is written next begins a line of its own.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            EndLine();
        }
    }

    private static string Describe(TrainingProgress progress) => string.Create(
        CultureInfo.InvariantCulture,
        $"step {progress.Step} of {progress.TotalSteps}, loss {progress.Loss:F4}, {progress.ImagesPerSecond:F0} images/s ({progress.ShareOfPeak:P0} of the matrix peak), {TimeLeft(progress.TimeRemaining)} left");

    private static string Describe(TrainingEvaluation evaluation) => Printable(string.Create(
        CultureInfo.InvariantCulture,
        $"step {evaluation.Step}: {string.Join(", ", evaluation.Metrics.Select(metric => string.Create(CultureInfo.InvariantCulture, $"{metric.Key} {metric.Value:G4}")))}"));

    private static string TimeLeft(TimeSpan time) => string.Create(
        CultureInfo.InvariantCulture, $"{(time.TotalHours < 1 ? string.Empty : $"{(int)time.TotalHours}:")}{time.Minutes:00}:{time.Seconds:00}");

    /// <summary>Names of metrics are anybody's: what would steer the terminal is shown by its number.</summary>
    private static string Printable(string text)
        => string.Concat(text.Select(c => char.IsControl(c) ? string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}") : c.ToString()));

    /// <summary>Over the line before, whose rest is wiped. The last column stays free: in it some terminals begin a new line.</summary>
    private void Draw(string text, int width)
    {
        string shown = width > 1 && text.Length > width - 1 ? text[..(width - 1)] : text;
        _output.Write('\r' + shown.PadRight(Math.Min(_drawn, Math.Max(shown.Length, width - 1))));
        _output.Flush();
        _drawn = shown.Length;
    }

    private void EndLine()
    {
        if (_drawn > 0)
        {
            _output.WriteLine();
            _drawn = 0;
        }
    }
}
