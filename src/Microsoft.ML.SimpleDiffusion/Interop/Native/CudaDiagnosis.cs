namespace Microsoft.ML.SimpleDiffusion.Interop.Native;

/// <summary>Says in one sentence why a GPU cannot be used and what to do.</summary>
internal static class CudaDiagnosis
{
    /// <summary>The CUDA version that the packages of TorchSharp 0.107.0 are built with.</summary>
    private static readonly Version NeededVersion = new(12, 8);

    /// <summary>Major compute capability of the first GPUs that multiply bfloat16.</summary>
    private const int AmpereCapability = 8;

    /// <summary>Null if a GPU can be used.</summary>
    public static string? Explain(CudaFacts facts)
    {
        if (!facts.HasCudaBuild)
        {
            return "The application uses the CPU build of libtorch: build it with -p:TorchBackend=cuda, or replace its libtorch-cpu package by TorchSharp-cuda-linux or TorchSharp-cuda-windows.";
        }

        if (facts.DriverVersion is null)
        {
            return $"There is no NVIDIA driver: install one that supports CUDA {NeededVersion} or newer, and check it with nvidia-smi.";
        }

        if (facts.LoadError is string error)
        {
            return NativeLoadDiagnosis.ExplainCuda(error);
        }

        if (facts.IsAvailable)
        {
            return null;
        }

        return facts.DriverVersion < NeededVersion
            ? $"The NVIDIA driver is too old: it supports CUDA {facts.DriverVersion}, and libtorch needs {NeededVersion} or newer."
            : "libtorch finds no NVIDIA GPU: check with nvidia-smi that there is one, and that CUDA_VISIBLE_DEVICES does not hide it.";
    }

    /// <summary>What an error of the first computation on a GPU means.</summary>
    /// <param name="index">Number of the GPU.</param>
    /// <param name="majorCapability">Its major compute capability, or null if the driver does not tell.</param>
    /// <param name="message">What libtorch says.</param>
    public static string ExplainFirstError(int index, int? majorCapability, string message)
    {
        string line = message.Split('\n')[0];
        return line.Contains("no kernel image", StringComparison.Ordinal)
            ? $"This libtorch has no kernels for GPU {index}{(majorCapability is int major ? $" (compute capability {major})" : string.Empty)}: PyTorch's builds for CUDA {NeededVersion} have them from Turing on (7.5)."
            : $"GPU {index} cannot be used: {line.TrimEnd('.')}.";
    }

    /// <summary>Null if the GPU can compute in the precision.</summary>
    /// <param name="index">Number of the GPU.</param>
    /// <param name="majorCapability">Its major compute capability, or null if the driver does not tell.</param>
    /// <param name="precision">The option Compute.Precision.</param>
    public static string? ExplainPrecision(int index, int? majorCapability, ComputePrecision precision)
        => precision == ComputePrecision.BFloat16 && majorCapability < AmpereCapability
            ? $"GPU {index} has no instructions for bfloat16, which NVIDIA has made since Ampere (compute capability {AmpereCapability}.0; this one has {majorCapability}): set Compute.Precision to Float32 or Auto."
            : null;

    /// <summary>Null if the GPU exists.</summary>
    /// <param name="index">The option Compute.DeviceIndex.</param>
    /// <param name="count">Number of GPUs, 1 or more.</param>
    public static string? ExplainIndex(int index, int count)
        => index < count
            ? null
            : $"There is no GPU {index}: the option Compute.DeviceIndex must be {(count == 1 ? "0, as there is one GPU" : $"below {count}, the number of GPUs")}.";
}

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
