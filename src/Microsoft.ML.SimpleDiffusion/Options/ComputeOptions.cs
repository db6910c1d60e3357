namespace Microsoft.ML.SimpleDiffusion;

/// <summary>Device, precision and threads.</summary>
public sealed class ComputeOptions
{
    /// <summary>Where to compute. Default: the GPU if the CUDA build of libtorch and a GPU are present, else the CPU.</summary>
    [MachineOnly]
    public ComputeDevice Device { get; set; } = ComputeDevice.Auto;

    /// <summary>Index of the GPU, 0 (default) or more.</summary>
    [MachineOnly]
    public int DeviceIndex { get; set; }

    /// <summary>Precision of the matrix products. Default: bfloat16 where the hardware multiplies it faster, else float32.</summary>
    public ComputePrecision Precision { get; set; } = ComputePrecision.Auto;

    /// <summary>Threads for computing on the CPU, 1 or more. Null (default): libtorch's own choice, one per core. Applies to the whole process.</summary>
    [MachineOnly]
    public int? Threads { get; set; }

    /// <summary>
    /// Whether a GPU may multiply float32 in TensorFloat-32, which is several times as fast from Ampere on and keeps 10 bits of each factor. Applies to the whole
    /// process. Default: false, so that float32 is float32.
    /// </summary>
    [MachineOnly]
    public bool AllowTensorFloat32 { get; set; }

    /// <summary>
    /// Seconds without any sign of another process after which a training on several gives up, 1 to 86,400. What the first process does alone while the others wait
    /// counts: metrics, samples and checkpoints. Default: 1,800.
    /// </summary>
    [MachineOnly]
    public int RankTimeoutSeconds { get; set; } = 1_800;

    internal ComputeOptions Clone() => (ComputeOptions)MemberwiseClone();
}
