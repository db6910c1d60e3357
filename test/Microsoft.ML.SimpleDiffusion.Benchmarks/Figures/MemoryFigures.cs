using System.Diagnostics;
using Microsoft.ML.SimpleDiffusion.TestSupport.Workload;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Benchmarks.Figures;

/// <summary>Whether memory stays what it is, and what computing activations again saves of it.</summary>
internal static class MemoryFigures
{
    private const int EarlyStep = 100;
    private const int LateStep = 2_000;

    public static void Print()
    {
        LongRun();
        Summary.Line("twice-as-deep-with-activation-checkpointing-over-plain-peak-memory", PeakMemory.Of(depth: 2, recomputes: true) / PeakMemory.Of(depth: 1, recomputes: false));
    }

    private static void LongRun()
    {
        using var workload = new TrainingWorkload(Workloads.Tiny());
        var (tensors, bytes) = (0L, 0L);
        for (int step = 1; step <= LateStep; step++)
        {
            workload.Step();
            if (step == EarlyStep)
            {
                // What building the workload has left to the finaliser is no part of the steps.
                GC.Collect();
                GC.WaitForPendingFinalizers();
                (tensors, bytes) = (Tensor.TotalCount, PeakBytes());
            }
        }

        // Batches are prepared ahead, so that a few more or fewer of their tensors may be alive.
        Summary.Line("live-tensors-step-2000-over-step-100", (double)Tensor.TotalCount / tensors);
        Summary.Line("peak-memory-step-2000-over-step-100", (double)PeakBytes() / bytes);
    }

    private static long PeakBytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
