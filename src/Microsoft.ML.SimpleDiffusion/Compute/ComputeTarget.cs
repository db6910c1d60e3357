using System.Runtime.InteropServices;
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

    /// <summary>What the host has exchanged with the device so far.</summary>
    public DeviceTraffic Traffic { get; } = new();

    /// <summary>Threads that have nothing else to do while the device computes: on a CPU all but one belong to libtorch.</summary>
    public int IdleThreads => IsCuda ? Math.Max(1, Environment.ProcessorCount - 1) : 1;

    /// <summary>
    /// Bytes in use: on a GPU those of all programs on it, if the driver tells; else the resident memory of this process.
    /// </summary>
    public long MemoryInUse => (IsCuda ? CudaDriver.MemoryInUse(Device.index) : null) ?? Environment.WorkingSet;

    /// <summary>What a user should know of this machine, or null.</summary>
    public string? Warning => IsCuda || ConvolutionCheck.OneDnn != OneDnnUse.None ? null : ConvolutionCheck.Warning;

    /// <summary>Loads libtorch, chooses device and precision, and sets threads, heap and, for a GPU, the switches of its libraries, for the whole process.</summary>
    /// <exception cref="InvalidOperationException">libtorch cannot be loaded, or a GPU is asked for and there is none, or it cannot compute in the precision.</exception>
    public static ComputeTarget Resolve(ComputeOptions options)
    {
        var target = Choose(options);
        if (options.Threads is int threads && threads != get_num_threads())
        {
            set_num_threads(threads);
        }

        if (target.IsCuda)
        {
            // Images of one size come again and again, which is what trying pays for.
            TorchFunctions.SetCudnnBenchmark(true);
            (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32) = (options.AllowTensorFloat32, options.AllowTensorFloat32);
        }

        return target;
    }

    /// <summary>Where a stored model computes.</summary>
    /// <param name="stored">The precision that it was trained in, which automatic precision means here.</param>
    /// <param name="warn">Is told if another precision is used.</param>
    /// <param name="wanted">What is asked for; null: the best device at hand, and the process's settings stay as they are.</param>
    /// <exception cref="InvalidOperationException">libtorch cannot be loaded, there is no such device, or it cannot compute in the precision that is asked for.</exception>
    public static ComputeTarget ResolveForLoading(ComputePrecision stored, Action<string> warn, ComputeOptions? wanted = null)
    {
        LibTorch.EnsureLoaded();
        var here = wanted?.Clone() ?? new ComputeOptions();
        if (here.Precision == ComputePrecision.Auto)
        {
            here.Precision = stored;
            if (stored == ComputePrecision.BFloat16 && DescribePrecisionObstacle(ChooseDevice(here), stored) is string slow)
            {
                here.Precision = ComputePrecision.Float32;
                warn($"The model was trained in bfloat16 and is now used in float32. {slow}");
            }
        }

        var target = wanted is null ? Choose(here) : Resolve(here);
        if (target.Warning is string warning)
        {
            warn(warning);
        }

        return target;
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
    public Tensor Upload(Tensor tensor)
    {
        Traffic.CountUpload(tensor.NumberOfElements * tensor.ElementSize);
        return tensor.to(Device, non_blocking: true);
    }

    /// <summary>The numbers of a tensor of float64. Waits until the device has done all that it was told to.</summary>
    public double[] Read(Tensor tensor)
    {
        Traffic.CountWait();
        using var here = tensor.cpu();
        return here.data<double>().ToArray();
    }

    /// <summary>Waits until the device has done all that it was told to. A CPU always has.</summary>
    public void Synchronize()
    {
        Traffic.CountWait();
        if (IsCuda)
        {
            cuda.synchronize(Device);
        }
    }

    /// <summary>Device, precision and switches, for the log.</summary>
    public string Describe() => IsCuda
        ? $"{Device} ({CudaDriver.FindName(Device.index) ?? "GPU"}) in {Precision}, cuDNN trying its algorithms, TensorFloat-32 {(backends.cuda.matmul.allow_tf32 ? "on" : "off")}"
        : $"{Device} in {Precision}{(WithOneDnn(ConvolutionCheck.OneDnn))}";

    private static string WithOneDnn(OneDnnUse use) => use switch
    {
        OneDnnUse.None => ", without oneDNN",
        OneDnnUse.FullBlocks => ", with channels in sixteens for oneDNN",
        _ => string.Empty,
    };

    private static ComputeTarget Choose(ComputeOptions options)
    {
        LibTorch.EnsureLoaded();
        NativeHeap.KeepLargeBlocks();
        var device = ChooseDevice(options);
        bool isRight = device.type != DeviceType.CPU || ConvolutionCheck.OneDnn != OneDnnUse.None;
        if (DescribePrecisionObstacle(device, options.Precision) is string obstacle)
        {
            throw new InvalidOperationException(obstacle);
        }

        var precision = options.Precision != ComputePrecision.Auto
            ? options.Precision
            : isRight && MultipliesBFloat16(device) ? ComputePrecision.BFloat16 : ComputePrecision.Float32;
        return new ComputeTarget(device, precision);
    }

    private static Device ChooseDevice(ComputeOptions options)
    {
        if (options.Device == ComputeDevice.Cpu)
        {
            return CPU;
        }

        if (LibTorch.DescribeCudaUnavailable() is string obstacle)
        {
            return options.Device == ComputeDevice.Auto ? CPU : throw new InvalidOperationException(obstacle);
        }

        if (CudaDiagnosis.ExplainIndex(options.DeviceIndex, cuda.device_count()) is string mistake)
        {
            throw new InvalidOperationException(mistake);
        }

        var device = new Device(DeviceType.CUDA, options.DeviceIndex);
        RequireWorking(device);
        return device;
    }

    /// <summary>Computes something, since a GPU that is too new or too old for the build of libtorch is there all the same.</summary>
    private static void RequireWorking(Device device)
    {
        try
        {
            using var one = ones(1, device: device);
            using var two = one + 1;
        }
        catch (ExternalException e)
        {
            throw new InvalidOperationException(CudaDiagnosis.ExplainFirstError(device.index, CudaDriver.FindMajorCapability(device.index), e.Message), e);
        }
    }

    private static string? DescribePrecisionObstacle(Device device, ComputePrecision precision)
        => device.type == DeviceType.CUDA ? CudaDiagnosis.ExplainPrecision(device.index, CudaDriver.FindMajorCapability(device.index), precision) : null;

    /// <summary>Whether the device has instructions for bfloat16 products: without them bfloat16 is slower than float32.</summary>
    private static bool MultipliesBFloat16(Device device)
        => device.type == DeviceType.CUDA ? DescribePrecisionObstacle(device, ComputePrecision.BFloat16) is null : CpuMultipliesBFloat16();

    private static bool CpuMultipliesBFloat16() => X86Base.IsSupported && X86Base.CpuId(7, 1) is var (eax, _, _, _) && (eax & (1 << 5)) != 0;
}

/// <summary>Counts what passes between host and device. Each wait is time in which neither prepares work for the other.</summary>
internal sealed class DeviceTraffic
{
    private long _waits;
    private long _uploadedBytes;

    /// <summary>Times that the host has waited until the device was done.</summary>
    public long Waits => Interlocked.Read(ref _waits);

    public long UploadedBytes => Interlocked.Read(ref _uploadedBytes);

    public void CountWait() => Interlocked.Increment(ref _waits);

    public void CountUpload(long bytes) => Interlocked.Add(ref _uploadedBytes, bytes);
}
