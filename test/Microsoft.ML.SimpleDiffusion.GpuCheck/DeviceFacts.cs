using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Interop.Native;

namespace Microsoft.ML.SimpleDiffusion.GpuCheck;

/// <summary>What is checked.</summary>
internal static class DeviceFacts
{
    public static string Describe(ComputeTarget target) => target.IsCuda
        ? $"{CudaDriver.FindName(target.Device.index) ?? "a GPU"} ({MemoryBytes(target) / 1e9:F0} GB, driver for CUDA {CudaDriver.FindVersion()})"
        : $"{Processor()}, {Environment.ProcessorCount} cores (a CPU in the place of a GPU)";

    /// <summary>Bytes that the device has.</summary>
    public static long MemoryBytes(ComputeTarget target)
        => (target.IsCuda ? CudaDriver.FindTotalMemory(target.Device.index) : null) ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    private static string Processor()
    {
        const string Key = "model name";
        string? line = OperatingSystem.IsLinux() ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith(Key, StringComparison.Ordinal)) : null;
        return line is null ? "CPU" : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}
