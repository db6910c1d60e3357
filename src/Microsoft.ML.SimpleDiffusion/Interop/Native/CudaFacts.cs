namespace Microsoft.ML.SimpleDiffusion.Interop.Native;

/// <summary>What decides whether a GPU can be used, as far as it was looked into: a thing that is missing hides those below it.</summary>
internal sealed record CudaFacts
{
    /// <summary>Whether the application has the CUDA build of libtorch.</summary>
    public bool HasCudaBuild { get; init; }

    /// <summary>The newest CUDA version that the driver supports, or null without a driver.</summary>
    public Version? DriverVersion { get; init; }

    /// <summary>What the system's loader says about the CUDA part of libtorch, or null if it loads.</summary>
    public string? LoadError { get; init; }

    /// <summary>Whether libtorch can use a GPU.</summary>
    public bool IsAvailable { get; init; }
}
