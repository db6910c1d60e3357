using System.CommandLine;
using Microsoft.ML.SimpleDiffusion.Tool.Terminal;

namespace Microsoft.ML.SimpleDiffusion.Tool.Commands;

/// <summary>Runs commands: makes what they need, and turns what goes wrong into a sentence and an exit code.</summary>
internal sealed class CommandRunner(CommonOptions common, Screen screen, Signals signals)
{
    public CommonOptions Common => common;

    /// <summary>Lets a command do something when it is called.</summary>
    public void SetAction(System.CommandLine.Command command, Action<ParseResult, Session> action)
        => command.SetAction(result => Run(() => action(result, new Session(result, common, screen, signals.Token))));

    private int Run(Action action)
    {
        try
        {
            action();
            return ExitCodes.Success;
        }
        catch (OperationCanceledException)
        {
            screen.Fail("Stopped.");
            return signals.ExitCode ?? ExitCodes.Failure;
        }
        catch (UsageException e)
        {
            screen.Fail(e.Message);
            return ExitCodes.Usage;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or FormatException or IOException or InvalidDataException
            or UnauthorizedAccessException or NotSupportedException)
        {
            screen.Fail(Sentence(e));
            return signals.ExitCode ?? ExitCodes.Failure;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            screen.Fail($"This is a fault of the program; a report of it would help: {e}");
            return ExitCodes.Internal;
        }
    }

    /// <summary>Without the parameter's name and the value again, which .NET puts behind the sentence.</summary>
    private static string Sentence(Exception e)
    {
        int parameter = e is ArgumentException ? e.Message.LastIndexOf(" (Parameter '", StringComparison.Ordinal) : -1;
        return parameter < 0 ? e.Message : e.Message[..parameter];
    }
}
