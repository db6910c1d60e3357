using System.Diagnostics;

namespace Microsoft.ML.SimpleDiffusion.Text.Tests.Support;

/// <summary>Runs the test host, a program of its own, from the folder of the tests, where ONNX Runtime lies already.</summary>
internal static class TestHostProcess
{
    /// <param name="arguments">Of the host.</param>
    /// <param name="environment">Variables to set.</param>
    public static (int ExitCode, string Output, string Errors) Run(IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        string host = Path.Combine(AppContext.BaseDirectory, "Microsoft.ML.SimpleDiffusion.Text.TestHost");
        string tests = Path.Combine(AppContext.BaseDirectory, "Microsoft.ML.SimpleDiffusion.Text.Tests.deps.json");
        var start = new ProcessStartInfo("dotnet", ["exec", "--depsfile", tests, "--runtimeconfig", host + ".runtimeconfig.json", host + ".dll", .. arguments])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }
}
