using Microsoft.ML.SimpleDiffusion.Compute;

namespace Microsoft.ML.SimpleDiffusion.TestSupport;

/// <summary>Loads libtorch as tests want it.</summary>
internal static class CpuSetup
{
    public static void LoadLibTorch() => ComputeTarget.Resolve(new ComputeOptions { Device = ComputeDevice.Cpu, Threads = 1 });
}
