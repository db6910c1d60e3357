using System.Diagnostics;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Tests.Support;

/// <summary>Runs the test host on several ranks, as a launcher of MPI starts them.</summary>
internal static class RankedProcesses
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>What Open MPI needs to start more ranks than there are cores, as the root of a container, and not to keep the cores busy with waiting.</summary>
    private static readonly string[] OpenMpiArguments = ["--allow-run-as-root", "--oversubscribe", "--mca", "mpi_yield_when_idle", "1"];

    /// <param name="launcher">Open MPI's or MPICH's.</param>
    /// <param name="ranks">How many.</param>
    /// <param name="command">Arguments of the test host.</param>
    public static (int ExitCode, string Errors) Run(string launcher, int ranks, params string[] command)
    {
        if (!IsInstalled(launcher))
        {
            Assert.Inconclusive($"The test needs '{launcher}': install openmpi-bin and mpich.");
        }

        string[] arguments = launcher.EndsWith("openmpi", StringComparison.Ordinal) ? OpenMpiArguments : [];
        var start = TestHostProcess.Describe(command);
        var launched = new ProcessStartInfo(launcher, [.. arguments, "-n", $"{ranks}", start.FileName, .. start.ArgumentList]) { RedirectStandardError = true, RedirectStandardOutput = true };
        launched.Environment["OMP_NUM_THREADS"] = "1";
        using var process = Process.Start(launched)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail("The ranks do not end.");
        }

        process.WaitForExit();
        return (process.ExitCode, errors.Result + output.Result);
    }

    private static bool IsInstalled(string launcher)
        => (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':').Any(folder => File.Exists(Path.Combine(folder, launcher)));
}
