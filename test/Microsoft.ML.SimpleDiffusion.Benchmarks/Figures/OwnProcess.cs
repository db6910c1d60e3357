using System.Diagnostics;

namespace Microsoft.ML.SimpleDiffusion.Benchmarks.Figures;

/// <summary>Runs this program again, for what needs a fresh process: what a process has once had of memory it rarely gives back.</summary>
internal static class OwnProcess
{
    /// <summary>Standard output of the program with the given arguments.</summary>
    public static string Run(params IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet")
        {
            start.ArgumentList.Add(typeof(OwnProcess).Assembly.Location);
        }

        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }
}
