using System.Diagnostics;

namespace Microsoft.ML.SimpleDiffusion.Tests.Support;

/// <summary>Starts the test host, a program of its own that runs from the folder of the tests, where libtorch lies already.</summary>
internal static class TestHostProcess
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Starts a command of the host.</summary>
    /// <param name="command">Name of the command, then its arguments.</param>
    /// <param name="environment">Variables to set.</param>
    public static Process Start(IEnumerable<string> command, params (string Name, string Value)[] environment)
    {
        string host = Path.Combine(AppContext.BaseDirectory, "Microsoft.ML.SimpleDiffusion.TestHost");
        string tests = Path.Combine(AppContext.BaseDirectory, "Microsoft.ML.SimpleDiffusion.Tests.deps.json");
        var start = new ProcessStartInfo("dotnet", ["exec", "--depsfile", tests, "--runtimeconfig", host + ".runtimeconfig.json", host + ".dll", .. command])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>Runs a command of the host to its end.</summary>
    /// <inheritdoc cref="Start" path="/param"/>
    public static (int ExitCode, string Output, string Errors) Run(IEnumerable<string> command, params (string Name, string Value)[] environment)
    {
        using var process = Start(command, environment);
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill();
            Assert.Fail("The test host does not end.");
        }

        process.WaitForExit();
        return (process.ExitCode, output.Result, errors.Result);
    }
}
