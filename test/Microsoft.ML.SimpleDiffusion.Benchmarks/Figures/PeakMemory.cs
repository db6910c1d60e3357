using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.TestSupport.Workload;

namespace Microsoft.ML.SimpleDiffusion.Benchmarks.Figures;

/// <summary>Peak memory of a training of the benchmark network, in a process of its own.</summary>
internal static class PeakMemory
{
    /// <summary>First argument of the process that measures.</summary>
    public const string Switch = "--peak-memory";

    private const int Steps = 3;

    /// <summary>Bytes of weights, moments, gradients and activations.</summary>
    /// <param name="depth">Factor to the number of transformer blocks.</param>
    /// <param name="recomputes">Whether activations are computed again.</param>
    public static double Of(int depth, bool recomputes)
        => double.Parse(OwnProcess.Run(Switch, depth.ToString(CultureInfo.InvariantCulture), recomputes.ToString()), CultureInfo.InvariantCulture);

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
