using Microsoft.ML.SimpleDiffusion.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Tests.Options.Progress;

/// <summary>Each character that the console gets.</summary>
[TestClass]
public sealed class ConsoleTrainingProgressLineTests : IDisposable
{
    private readonly StringWriter _output = new() { NewLine = "\n" };
    private readonly FakeTime _time = new();

    [TestMethod]
    [DataRow(0, "00:00")]
    [DataRow(59, "00:59")]
    [DataRow(3_599, "59:59")]
    [DataRow(3_600, "1:00:00")]
    [DataRow(3_661, "1:01:01")]
    [DataRow(100 * 3_600, "100:00:00")]
    public void Time_left_has_hours_where_there_are_any(int seconds, string expected)
    {
        using var progress = Redirected();

        progress.Report(At(7, seconds));

        StringAssert.EndsWith(_output.ToString(), $", {expected} left\n");
    }

    [TestMethod]
    public void Longer_line_before_is_wiped_with_spaces_and_no_more()
    {
        using (var progress = OnTerminal(200))
        {
            progress.Report(At(100_000));
            progress.Report(At(7));
            progress.Report(At(8));
        }

        string rest = " of 100, loss 0.5000, 100 images/s (31 % of the matrix peak), 01:28 left";
        Assert.AreEqual($"\rstep 100000{rest}\rstep 7{rest}     \rstep 8{rest}\n", _output.ToString());
    }

    [TestMethod]
    [DataRow(2, "\rs\rs")]
    [DataRow(20, "\rstep 7 of 100, loss\rstep 8 of 100, loss")]
    public void Last_column_stays_free(int width, string expected)
    {
        using var progress = OnTerminal(width);

        progress.Report(At(7));
        progress.Report(At(8));

        Assert.AreEqual(expected, _output.ToString());
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    public void Terminal_that_tells_no_width_gets_the_whole_line(int width)
    {
        using var progress = OnTerminal(width);

        progress.Report(At(7));

        Assert.AreEqual("\r" + Line(7), _output.ToString());
    }

    [TestMethod]
    public void Line_that_fits_exactly_is_not_cut()
    {
        using var progress = OnTerminal(Line(7).Length + 1);

        progress.Report(At(7));

        Assert.AreEqual("\r" + Line(7), _output.ToString());
    }

    [TestMethod]
    public void Line_that_would_fill_the_last_column_is_cut()
    {
        using var progress = OnTerminal(Line(7).Length);

        progress.Report(At(7));

        Assert.AreEqual("\r" + Line(7)[..^1], _output.ToString());
    }

    [TestMethod]
    public void Line_that_was_longer_than_the_terminal_is_now_is_wiped_as_far_as_there_is_room()
    {
        int width = 200;
        using var progress = new ConsoleTrainingProgress(_output, () => width, _time);
        progress.Report(At(7));
        width = 10;
        progress.Report(At(8));

        Assert.AreEqual("\r" + Line(7) + "\rstep 8 of", _output.ToString());
    }

    [TestMethod]
    public void Line_after_an_evaluation_has_nothing_to_wipe()
    {
        using (var progress = OnTerminal(200))
        {
            progress.Report(At(100_000));
            progress.Report(At(7, evaluation: Evaluation(("A", 1.0 / 3), ("B", 1e-7))));
        }

        Assert.AreEqual($"\r{Line(100_000)}\nstep 5: A 0.3333, B 1E-07\n\r{Line(7)}\n", _output.ToString());
    }

    [TestMethod]
    public void Next_evaluation_is_shown_too()
    {
        using var progress = Redirected();
        progress.Report(At(0, evaluation: Evaluation(("A", 1))));
        progress.Report(At(0, evaluation: Evaluation(("A", 2))));

        Assert.AreEqual("step 5: A 1\nstep 5: A 2\n", _output.ToString());
    }

    [TestMethod]
    public void Line_is_written_where_ten_seconds_have_passed_and_not_before()
    {
        using var progress = Redirected();
        progress.Report(At(1));
        _time.Now += TimeSpan.FromSeconds(9.9);
        progress.Report(At(2));
        _time.Now += TimeSpan.FromSeconds(0.1);
        progress.Report(At(3));
        progress.Report(At(100));

        Assert.AreEqual($"{Line(1)}\n{Line(3)}\n{Line(100)}\n", _output.ToString());
    }

    [TestMethod]
    public void Second_end_and_report_of_nothing_write_nothing()
    {
        var progress = OnTerminal(200);
        progress.Report(At(7));
        progress.Dispose();
        progress.Dispose();

        Assert.AreEqual($"\r{Line(7)}\n", _output.ToString());
        Assert.ThrowsExactly<ArgumentNullException>(() => progress.Report(null!));
    }

    [TestMethod]
    public void Drawn_line_reaches_the_terminal_at_once()
    {
        using var buffer = new MemoryStream();
        using var writer = new StreamWriter(buffer, leaveOpen: true) { AutoFlush = false };
        using var progress = new ConsoleTrainingProgress(writer, () => 200, _time);

        progress.Report(At(7));

        Assert.IsGreaterThan(0, buffer.Length);
    }

    [TestMethod]
    public void Mistake_of_a_handler_is_said_once_and_the_next_reports_still_arrive()
    {
        var warnings = new List<string>();
        int reports = 0;
        var guarded = new GuardedProgress<int>(new Throwing(() => reports++), "training", "Training.Progress", warnings.Add);

        guarded.Report(1);
        guarded.Report(2);
        new GuardedProgress<int>(null, "training", "Training.Progress", warnings.Add).Report(1);

        Assert.AreEqual(2, reports);
        CollectionAssert.AreEqual(new[] { "The training goes on, but the handler in Training.Progress failed: broken" }, warnings);
    }

    public void Dispose() => _output.Dispose();

    private static string Line(int step) => $"step {step} of 100, loss 0.5000, 100 images/s (31 % of the matrix peak), 01:28 left";

    private static TrainingEvaluation Evaluation(params (string Name, double Value)[] metrics)
        => new() { Step = 5, IsBest = false, Metrics = metrics.ToDictionary(metric => metric.Name, metric => metric.Value) };

    private static TrainingProgress At(int step, int seconds = 88, TrainingEvaluation? evaluation = null) => new()
    {
        Step = step,
        TotalSteps = 100,
        Loss = 0.5,
        ImagesPerSecond = 100,
        ShareOfPeak = 0.31,
        TimeRemaining = TimeSpan.FromSeconds(seconds),
        Evaluation = evaluation,
    };

    private ConsoleTrainingProgress Redirected() => new(_output, terminalWidth: null, _time);

    private ConsoleTrainingProgress OnTerminal(int width) => new(_output, () => width, _time);

    private sealed class Throwing(Action before) : IProgress<int>
    {
        public void Report(int value)
        {
            before();
            throw new InvalidOperationException("broken");
        }
    }
}
