using System.Runtime.Intrinsics.X86;
using Microsoft.ML.SimpleDiffusion.Interop.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Compute;

/// <summary>
/// The device and precision that <see cref="ComputeOptions"/> come down to on this machine, and all that is done differently on a GPU than on a CPU
/// outside the optimizer's update.
/// </summary>
/// <param name="Device">Where tensors live.</param>
/// <param name="Precision">Float32 or BFloat16, never Auto.</param>
internal sealed record ComputeTarget(Device Device, ComputePrecision Precision)
{
    public bool IsCuda => Device.type == DeviceType.CUDA;

    /// <summary>
    /// Bytes in use: on a GPU those of all programs on it, if the driver tells; else the resident memory of this process.
    /// </summary>
    public long MemoryInUse => (IsCuda ? CudaDriver.MemoryInUse(Device.index) : null) ?? Environment.WorkingSet;

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
            : MultipliesBFloat16(device) ? ComputePrecision.BFloat16 : ComputePrecision.Float32;
        return new ComputeTarget(device, precision);
    }

    /// <summary>
    /// Where a stored model computes. Its options tell where it was trained: a machine without that GPU uses what it has, and threads stay as they are.
    /// </summary>
    /// <param name="options">The stored options.</param>
    /// <param name="warn">Is told if another device is used.</param>
    /// <exception cref="InvalidOperationException">libtorch cannot be loaded.</exception>
    public static ComputeTarget ResolveForLoading(ComputeOptions options, Action<string> warn)
    {
        LibTorch.EnsureLoaded();
        var here = options.Clone();
        here.Threads = null;
        if (here.Device == ComputeDevice.Cuda && LibTorch.DescribeCudaUnavailable() is string obstacle)
        {
            here.Device = ComputeDevice.Auto;
            warn($"The model was trained on a GPU and is now used on the CPU. {obstacle}");
        }
        else if (here.Device != ComputeDevice.Cpu && cuda.is_available() && here.DeviceIndex >= cuda.device_count())
        {
            warn($"The model was trained on GPU {here.DeviceIndex} and is now used on GPU 0.");
            here.DeviceIndex = 0;
        }

        return Resolve(here);
    }

    /// <summary>
    /// Moves a CPU tensor to page-locked memory, from which a GPU copies while it computes. On a CPU the tensor stays as it is. Either way the
    /// result takes the tensor's place, and the caller owns it.
    /// </summary>
    public Tensor Pin(Tensor tensor)
    {
        if (!IsCuda)
        {
            return tensor;
        }

        using (tensor)
        {
            return tensor.pin_memory();
        }
    }

    /// <summary>
    /// The tensor on the device. The copy from pinned memory goes on after the call; the source may be disposed of all the same, because libtorch
    /// hands pinned memory on only when the copies from it are done.
    /// </summary>
    public Tensor Upload(Tensor tensor) => tensor.to(Device, non_blocking: true);

    /// <summary>Waits until the device has done all that it was told to. A CPU always has.</summary>
    public void Synchronize()
    {
        if (IsCuda)
        {
            cuda.synchronize(Device);
        }
    }

    private static Device ResolveDevice(ComputeOptions options)
    {
        if (options.Device == ComputeDevice.Cpu)
        {
            return CPU;
        }

        if (LibTorch.DescribeCudaUnavailable() is string obstacle)
        {
            return options.Device == ComputeDevice.Auto ? CPU : throw new InvalidOperationException(obstacle);
        }

        return CudaDiagnosis.ExplainIndex(options.DeviceIndex, cuda.device_count()) is string mistake
            ? throw new InvalidOperationException(mistake)
            : new Device(DeviceType.CUDA, options.DeviceIndex);
    }

    /// <summary>Whether the device has instructions for bfloat16 products: without them bfloat16 is slower than float32. GPUs have them from Ampere on.</summary>
    private static bool MultipliesBFloat16(Device device)
        => device.type == DeviceType.CUDA ? CudaDriver.FindMajorCapability(device.index) is null or >= 8 : CpuMultipliesBFloat16();

    private static bool CpuMultipliesBFloat16() => X86Base.IsSupported && X86Base.CpuId(7, 1) is var (eax, _, _, _) && (eax & (1 << 5)) != 0;
}
