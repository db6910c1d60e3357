using Spectre.Console;

namespace Microsoft.ML.SimpleDiffusion.Tool.Terminal;

/// <summary>Where the program writes: results to the output, everything else to the error stream. All text is made safe on the way.</summary>
internal sealed class Screen
{
    private const int WidthOfFiles = 10_000;

    private readonly IAnsiConsole _error;

    public Screen(TextWriter output, TextWriter error)
    {
        (Out, Error) = (output, error);
        _error = Create(error);
    }

    public TextWriter Out { get; }

    public TextWriter Error { get; }

    /// <summary>Whether somebody may be asked and watches.</summary>
    public bool IsInteractive => !Console.IsInputRedirected && !Console.IsErrorRedirected && ReferenceEquals(Error, Console.Error);

    /// <summary>A result.</summary>
    public void Say(string text) => Out.WriteLine(SafeText.Of(text));

    public void Done(string text) => Write("green", text);

    public void Hint(string text) => Write("grey", text);

    public void Warn(string text) => Write("yellow", text);

    public void Fail(string text) => Write("red", text);

    /// <summary>Names and values, one below the other.</summary>
    public void Table(IEnumerable<(string Name, string Value)> rows)
    {
        var all = rows.ToList();
        int width = all.Count == 0 ? 0 : all.Max(row => row.Name.Length);
        foreach (var (name, value) in all)
        {
            Say($"{name.PadRight(width)}  {value}");
        }
    }

    /// <summary>Asks for a yes; without anybody to ask the answer is no.</summary>
    public bool Confirm(string question) => IsInteractive && _error.Prompt(new ConfirmationPrompt(Markup.Escape(SafeText.Of(question))) { DefaultValue = true });

    /// <summary>Something long, with a bar if somebody watches.</summary>
    public void WithBar(Action<IProgress<TrainingProgress>> action)
    {
        if (!IsInteractive)
        {
            action(new TrainingLines(this));
            return;
        }

        _error.Progress()
            .HideCompleted(false)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn())
            .Start(context => action(new TrainingBar(context)));
    }

    /// <summary>Colours and line breaks are for terminals; in files and pipes a line is a line.</summary>
    private static IAnsiConsole Create(TextWriter writer)
    {
        bool isTerminal = ReferenceEquals(writer, Console.Error) && !Console.IsErrorRedirected;
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer), Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No });
        if (!isTerminal)
        {
            console.Profile.Capabilities.ColorSystem = ColorSystem.NoColors;
            console.Profile.Width = WidthOfFiles;
        }

        return console;
    }

    private void Write(string color, string text) => _error.MarkupLine($"[{color}]{Markup.Escape(SafeText.Of(text))}[/]");
}
