using Microsoft.ML.SimpleDiffusion.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Tests.Options.Progress;

[TestClass]
public sealed class ConsoleTrainingProgressTests : IDisposable
{
    private readonly StringWriter _output = new() { NewLine = "\n" };
    private readonly FakeTime _time = new();

    [TestMethod]
    public void A_line_tells_step_loss_speed_share_of_the_peak_and_time_left()
    {
        using var progress = Redirected();

        progress.Report(At(7, loss: 0.67294));

        Assert.AreEqual("step 7 of 100, loss 0.6729, 100 images/s (31 % of the matrix peak), 01:28 left\n", _output.ToString());
    }

    [TestMethod]
    public void Elsewhere_than_on_a_terminal_there_is_a_line_every_few_seconds_and_for_the_last_step()
    {
        using var progress = Redirected();
        for (int step = 1; step <= 100; step++)
        {
            _time.Now += TimeSpan.FromSeconds(1);
            progress.Report(At(step));
        }

        Assert.AreEqual("1 11 21 31 41 51 61 71 81 91 100", string.Join(' ', _output.ToString().Trim().Split('\n').Select(line => line.Split(' ')[1])));
    }

    [TestMethod]
    public void On_a_terminal_one_line_is_drawn_anew_and_ended_at_last()
    {
        using (var progress = OnTerminal(width: 200))
        {
            progress.Report(At(10, loss: 12345.5));
            progress.Report(At(9));
        }

        string[] drawn = _output.ToString().Split('\r');
        Assert.HasCount(3, drawn);
        Assert.AreEqual(drawn[1].Length, drawn[2].TrimEnd('\n').Length, "the rest of the longer line is wiped");
        StringAssert.EndsWith(drawn[2], "\n");
        Assert.IsFalse(drawn[1].Contains('\n'));
    }

    [TestMethod]
    public void A_line_is_cut_where_the_terminal_ends()
    {
        using var progress = OnTerminal(width: 20);

        progress.Report(At(7));

        Assert.AreEqual("\rstep 7 of 100, loss", _output.ToString());
    }

    [TestMethod]
    public void An_evaluation_has_a_line_of_its_own_once()
    {
        using var progress = OnTerminal(width: 200);
        var evaluation = new TrainingEvaluation { Step = 5, IsBest = false, Metrics = new Dictionary<string, double> { ["ValidationLoss"] = 0.25 } };

        progress.Report(At(5));
        progress.Report(At(5, evaluation: evaluation));
        progress.Report(At(6, evaluation: evaluation));

        Assert.AreEqual(1, _output.ToString().Split("\nstep 5: ValidationLoss 0.25\n").Length - 1);
    }

    [TestMethod]
    public void Control_characters_do_not_reach_the_terminal()
    {
        using var progress = OnTerminal(width: 200);

        progress.Report(At(0, evaluation: new TrainingEvaluation { Step = 0, IsBest = false, Metrics = new Dictionary<string, double> { ["a\u001b[2J\r\n"] = 1 } }));

        Assert.AreEqual("step 0: a\\u001B[2J\\u000D\\u000A 1\n", _output.ToString());
    }

    [TestMethod]
    public void Nothing_is_said_of_a_run_before_its_first_step()
    {
        using (var progress = OnTerminal(width: 200))
        {
            progress.Report(At(0));
        }

        Assert.AreEqual(string.Empty, _output.ToString());
    }

    public void Dispose() => _output.Dispose();

    private ConsoleTrainingProgress Redirected() => new(_output, terminalWidth: null, _time);

    private ConsoleTrainingProgress OnTerminal(int width) => new(_output, () => width, _time);

    private static TrainingProgress At(int step, double loss = 0.5, TrainingEvaluation? evaluation = null) => new()
    {
        Step = step,
        TotalSteps = 100,
        Loss = loss,
        ImagesPerSecond = 100,
        ShareOfPeak = 0.31,
        TimeRemaining = TimeSpan.FromSeconds(88),
        Evaluation = evaluation,
    };
}
