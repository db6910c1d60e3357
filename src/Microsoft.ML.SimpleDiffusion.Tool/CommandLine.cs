using System.CommandLine;
using System.CommandLine.Help;
using Microsoft.ML.SimpleDiffusion.Tool.Commands;
using Microsoft.ML.SimpleDiffusion.Tool.Terminal;

namespace Microsoft.ML.SimpleDiffusion.Tool;

/// <summary>The program: its commands, and what happens around each.</summary>
internal static class CommandLine
{
    private const int HelpWidth = 120;

    /// <returns>Exit code; see <see cref="ExitCodes"/>.</returns>
    public static int Run(IReadOnlyList<string> args)
    {
        using var signals = new Signals();
        return Run(args, new Screen(Console.Out, Console.Error), signals);
    }

    internal static int Run(IReadOnlyList<string> args, Screen screen, Signals signals)
    {
        var result = Create(screen, signals).Parse(args);
        if (result.Errors.Count > 0)
        {
            foreach (var error in result.Errors)
            {
                screen.Fail(error.Message);
            }

            screen.Hint($"'{string.Join(' ', [.. Path(result), "--help"])}' shows what there is.");
            return ExitCodes.Usage;
        }

        return result.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = screen.Out, Error = screen.Error });
    }

    internal static RootCommand Create(Screen screen, Signals signals)
    {
        var common = new CommonOptions();
        var runner = new CommandRunner(common, screen, signals);
        var root = new RootCommand("Trains models that generate images (simple diffusion) from a folder of images, and works with them.")
        {
            TrainCommand.Create(runner),
            DistillCommand.Create(runner),
            GenerateCommand.Create(runner),
            EvaluateCommand.Create(runner),
            ReportCommand.Create(runner),
            ExportCommand.Create(runner),
            SweepCommand.Create(runner),
            InfoCommand.Create(runner),
            DoctorCommand.Create(runner),
        };
        foreach (var option in common.All)
        {
            root.Add(option);
        }

        foreach (var help in root.Options.OfType<HelpOption>())
        {
            ((HelpAction)help.Action!).MaxWidth = HelpWidth;
        }

        return root;
    }

    private static Stack<string> Path(ParseResult result)
    {
        var names = new Stack<string>();
        for (var command = result.CommandResult; command is not null; command = command.Parent as System.CommandLine.Parsing.CommandResult)
        {
            names.Push(command.Command is RootCommand ? "simple-diffusion" : command.Command.Name);
        }

        return names;
    }
}
