using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Tests.Support;

/// <summary>A training of the tiny network in a process of its own.</summary>
internal sealed class HostedTraining : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly string _checkpoints;
    private readonly Process _process;
    private readonly Task<string> _errors;

    /// <param name="checkpoints">Folder for a checkpoint after every step.</param>
    /// <param name="output">Folder for the model.</param>
    /// <param name="steps">Optimizer steps.</param>
    public HostedTraining(string checkpoints, string output, int steps)
    {
        _checkpoints = checkpoints;
        _process = TestHostProcess.Start(["train", checkpoints, output, steps.ToString(CultureInfo.InvariantCulture)]);
        _errors = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Step of the newest checkpoint in a folder; 0 if there is none.</summary>
    public static int NewestStep(string checkpoints) => Directory.Exists(checkpoints)
        ? Directory.GetFiles(checkpoints, "checkpoint-*.safetensors").Select(path => int.Parse(Path.GetFileName(path)[11..19], CultureInfo.InvariantCulture)).DefaultIfEmpty().Max()
        : 0;

    /// <summary>Whether a checkpoint is half written.</summary>
    public static bool IsSaving(string checkpoints) => Directory.GetFiles(checkpoints, "checkpoint-*.tmp").Length > 0;

    /// <summary>Waits until something is true, which must happen before the process ends.</summary>
    public void WaitUntil(Func<bool> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.IsFalse(_process.HasExited, $"The process has ended: {(_process.HasExited ? _errors.Result : string.Empty)}");
            Assert.IsLessThan(Patience, clock.Elapsed, $"Nothing happens in '{_checkpoints}'.");
            Thread.Sleep(1);
        }
    }

    /// <summary>Ends the process without giving it a chance to do anything (SIGKILL).</summary>
    /// <returns>False if it had ended by itself.</returns>
    public bool Kill()
    {
        _process.Kill();
        _process.WaitForExit();
        return _process.ExitCode != 0;
    }

    /// <summary>Waits for the end, which must be a good one.</summary>
    public void WaitForEnd()
    {
        Assert.IsTrue(_process.WaitForExit(Patience), "The process does not end.");
        Assert.AreEqual(0, _process.ExitCode, _errors.Result);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
    }
}
