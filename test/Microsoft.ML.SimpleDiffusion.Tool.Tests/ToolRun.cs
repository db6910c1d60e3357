using Microsoft.ML.SimpleDiffusion.Tool.Terminal;

namespace Microsoft.ML.SimpleDiffusion.Tool.Tests;

/// <summary>A call of the program in this process.</summary>
internal sealed record ToolRun(int ExitCode, string Output, string Error)
{
    public static ToolRun Of(params string[] args) => Of(stop: null, args);

    /// <param name="stop">Is given the signals before the program runs, or null.</param>
    /// <param name="args">The command line.</param>
    public static ToolRun Of(Action<Signals>? stop, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var signals = new Signals(_ => { });
        stop?.Invoke(signals);
        int code = CommandLine.Run(args, new Screen(output, error), signals);
        return new ToolRun(code, output.ToString(), string.Join(' ', error.ToString().Split('\n', StringSplitOptions.TrimEntries)));
    }
}
