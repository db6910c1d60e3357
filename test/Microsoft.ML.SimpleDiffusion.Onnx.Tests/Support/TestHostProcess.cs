using System.Diagnostics;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Tests.Support;

/// <summary>Runs the test host, a program of its own that runs from the folder of the tests, where ONNX Runtime lies already, and libtorch, too.</summary>
internal static class TestHostProcess
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Runs it to its end.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables to set.</param>
    /// <returns>The lines that it printed.</returns>
    public static string[] Run(IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        string host = Path.Combine(AppContext.BaseDirectory, "Microsoft.ML.SimpleDiffusion.Onnx.TestHost");
        string tests = Path.Combine(AppContext.BaseDirectory, "Microsoft.ML.SimpleDiffusion.Onnx.Tests.deps.json");
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
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill();
            Assert.Fail("The test host does not end.");
        }

        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode, errors.Result);
        return output.Result.Split('\n');
    }
}
