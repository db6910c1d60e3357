using System.Runtime.InteropServices;
using Microsoft.ML.SimpleDiffusion.Interop.Native;

namespace Microsoft.ML.SimpleDiffusion.Tool;

/// <summary>
/// Ctrl+C and SIGTERM ask the command to stop. One that does not within two seconds, because it is in the middle of something long, is ended; files are
/// written whole or not at all, so nothing is lost by it that was there before.
/// </summary>
internal sealed class Signals : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private readonly Action<int> _exit;
    private Timer? _end;

    /// <param name="exit">Ends the process; given by tests.</param>
    public Signals(Action<int>? exit = null)
    {
        _exit = exit ?? ProcessEnd.Now;
        _registrations = [Register(PosixSignal.SIGINT, ExitCodes.Interrupted), Register(PosixSignal.SIGTERM, ExitCodes.Terminated)];
    }

    public CancellationToken Token => _source.Token;

    /// <summary>The exit code of the signal that came first, or null if none has.</summary>
    public int? ExitCode { get; private set; }

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _end?.Dispose();
        _source.Dispose();
    }

    private PosixSignalRegistration Register(PosixSignal signal, int exitCode) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        Stop(exitCode);
    });

    /// <summary>A second signal means now.</summary>
    internal void Stop(int exitCode)
    {
        if (ExitCode is not null)
        {
            _exit(exitCode);
            return;
        }

        ExitCode = exitCode;
        _end = new Timer(_ => _exit(exitCode), state: null, Patience, Timeout.InfiniteTimeSpan);
        _source.Cancel();
    }
}
