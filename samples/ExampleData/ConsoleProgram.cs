using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML.SimpleDiffusion.Interop.Native;

namespace ExampleData;

/// <summary>Runs a console program: a signal stops it in time, and an error is a sentence instead of a stack trace.</summary>
public static class ConsoleProgram
{
    private const int Interrupted = 130;
    private const int Terminated = 143;

    /// <summary>So long a program may take to stop. It may end at any time then: the library writes files whole or not at all.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.2);

    /// <param name="program">The program. Its token is cancelled by Ctrl+C and SIGTERM.</param>
    /// <returns>The exit code: 0, 1 after an error, 130 after Ctrl+C, 143 after SIGTERM.</returns>
    public static int Run(Action<CancellationToken> program)
    {
        using var stop = new CancellationTokenSource();
        int exitCode = 0;
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, Interrupted));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, Terminated));
        try
        {
            program(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Console.Error.WriteLine("Stopped.");
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or FormatException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(Printable(e.Message));
            exitCode = 1;
        }

        return exitCode;

        void Stop(PosixSignalContext context, int code)
        {
            context.Cancel = true;
            exitCode = code;
            _ = Task.Delay(Patience).ContinueWith(_ => ProcessEnd.Now(code), TaskScheduler.Default);
            stop.Cancel();
        }
    }

    /// <summary>Labels and file names are anybody's: what would steer the terminal is shown by its number.</summary>
    private static string Printable(string text)
        => string.Concat(text.Select(c => char.IsControl(c) && c != '\n' ? string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}") : c.ToString()));
}
