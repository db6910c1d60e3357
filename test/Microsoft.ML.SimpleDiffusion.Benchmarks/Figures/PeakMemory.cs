using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.SimpleDiffusion.Benchmarks.Workload;
using Microsoft.ML.SimpleDiffusion.Compute;

namespace Microsoft.ML.SimpleDiffusion.Benchmarks.Figures;

/// <summary>Peak memory of a training of the benchmark network, in a process of its own: what a process has once had it rarely gives back.</summary>
internal static class PeakMemory
{
    /// <summary>First argument of the process that measures.</summary>
    public const string Switch = "--peak-memory";

    private const int Steps = 3;

    /// <summary>Bytes of weights, moments, gradients and activations.</summary>
    /// <param name="depth">Factor to the number of transformer blocks.</param>
    /// <param name="recomputes">Whether activations are computed again.</param>
    public static double Of(int depth, bool recomputes)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        string[] arguments = [Switch, depth.ToString(CultureInfo.InvariantCulture), recomputes.ToString()];
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet")
        {
            start.ArgumentList.Add(typeof(PeakMemory).Assembly.Location);
        }

        Array.ForEach(arguments, start.ArgumentList.Add);
        using var process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return double.Parse(output, CultureInfo.InvariantCulture);
    }

    /// <summary>What the process of its own does.</summary>
    public static void Print(IReadOnlyList<string> settings)
    {
        int depth = int.Parse(settings[0], CultureInfo.InvariantCulture);
        var options = Workloads.Benchmark();
        options.Network.ActivationCheckpointing = bool.Parse(settings[1]);
        options.Network.TransformerBlocks *= depth;
        _ = ComputeTarget.Resolve(options.Compute);
        long before = Environment.WorkingSet;
        using var workload = new TrainingWorkload(options);
        for (int i = 0; i < Steps; i++)
        {
            workload.Step();
        }

        using var process = Process.GetCurrentProcess();
        Console.WriteLine(process.PeakWorkingSet64 - before);
    }
}
