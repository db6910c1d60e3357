namespace Microsoft.ML.SimpleDiffusion;

/// <summary>Where to compute.</summary>
public enum ComputeDevice
{
    /// <summary>The GPU if the CUDA build of libtorch and a GPU are present, else the CPU.</summary>
    Auto,

    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>An NVIDIA GPU.</summary>
    Cuda,
}
