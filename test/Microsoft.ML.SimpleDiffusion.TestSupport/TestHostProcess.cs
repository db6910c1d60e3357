using System.Diagnostics;

namespace Microsoft.ML.SimpleDiffusion.TestSupport;

/// <summary>Starts the test host of a project, a program of its own that runs from the folder of the project's tests, where the native libraries lie already.</summary>
internal static class TestHostProcess
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Starts the host.</summary>
    /// <param name="command">Its arguments.</param>
    /// <param name="environment">Variables to set, or to take away where the value is missing.</param>
    public static Process Start(IEnumerable<string> command, params (string Name, string? Value)[] environment)
    {
        var start = Describe(command);
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>How the host is started.</summary>
    /// <param name="command">Its arguments.</param>
    public static ProcessStartInfo Describe(IEnumerable<string> command)
    {
        const string RuntimeConfiguration = ".runtimeconfig.json";
        string host = Only("*.TestHost" + RuntimeConfiguration)[..^RuntimeConfiguration.Length], tests = Only("*.Tests.deps.json");
        return new ProcessStartInfo("dotnet", ["exec", "--depsfile", tests, "--runtimeconfig", host + RuntimeConfiguration, host + ".dll", .. command])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
    }

    /// <summary>Runs the host to its end.</summary>
    /// <inheritdoc cref="Start" path="/param"/>
    public static (int ExitCode, string Output, string Errors) Run(IEnumerable<string> command, params (string Name, string? Value)[] environment)
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

    private static string Only(string pattern) => Directory.GetFiles(AppContext.BaseDirectory, pattern).Single();
}
