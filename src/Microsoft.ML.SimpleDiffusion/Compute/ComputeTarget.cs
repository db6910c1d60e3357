using System.Runtime.Intrinsics.X86;
using Microsoft.ML.SimpleDiffusion.Interop.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Compute;

/// <summary>The device and precision that <see cref="ComputeOptions"/> come down to on this machine.</summary>
/// <param name="Device">Where tensors live.</param>
/// <param name="Precision">Float32 or BFloat16, never Auto.</param>
internal sealed record ComputeTarget(Device Device, ComputePrecision Precision)
{
    public bool IsCuda => Device.type == DeviceType.CUDA;

    /// <summary>Loads libtorch, chooses device and precision, and sets threads and heap of the process.</summary>
    /// <exception cref="InvalidOperationException">libtorch cannot be loaded, or a GPU is asked for and there is none.</exception>
    public static ComputeTarget Resolve(ComputeOptions options)
    {
        LibTorch.EnsureLoaded();
        NativeHeap.KeepLargeBlocks();
        if (options.Threads is int threads && threads != get_num_threads())
        {
            set_num_threads(threads);
        }

        var device = ResolveDevice(options);
        var precision = options.Precision != ComputePrecision.Auto
            ? options.Precision
            : device.type == DeviceType.CUDA || MultipliesBFloat16() ? ComputePrecision.BFloat16 : ComputePrecision.Float32;
        return new ComputeTarget(device, precision);
    }

    private static Device ResolveDevice(ComputeOptions options)
    {
        if (options.Device == ComputeDevice.Cpu)
        {
            return CPU;
        }

        string? obstacle = LibTorch.DescribeCudaUnavailable();
        if (obstacle is not null)
        {
            return options.Device == ComputeDevice.Auto ? CPU : throw new InvalidOperationException(obstacle);
        }

        int count = cuda.device_count();
        if (options.DeviceIndex >= count)
        {
            throw new InvalidOperationException($"There is no GPU {options.DeviceIndex}: the option Compute.DeviceIndex must be below {count}, the number of GPUs.");
        }

        return new Device(DeviceType.CUDA, options.DeviceIndex);
    }

    /// <summary>Whether the CPU has instructions for bfloat16 products. Without them bfloat16 is slower than float32.</summary>
    private static bool MultipliesBFloat16() => X86Base.IsSupported && X86Base.CpuId(7, 1) is var (eax, _, _, _) && (eax & (1 << 5)) != 0;
}
