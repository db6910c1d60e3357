using System.Runtime.InteropServices;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Interop.Native;

/// <summary>Looks for the libraries that the GPU build of ONNX Runtime needs, since its own error does not say which is missing.</summary>
internal static class CudaLibraries
{
    private static readonly string[] OfLinux = ["libcuda.so.1", "libcudart.so.13", "libcublasLt.so.13", "libcublas.so.13", "libcurand.so.10", "libcufft.so.12", "libcudnn.so.9"];
    private static readonly string[] OfWindows = ["nvcuda.dll", "cudart64_13.dll", "cublasLt64_13.dll", "cublas64_13.dll", "cufft64_12.dll", "cudnn64_9.dll"];

    /// <summary>What is missing and what to install, in a sentence; null if nothing is.</summary>
    public static string? FindMissing() => FindMissing(OperatingSystem.IsWindows() ? OfWindows : OfLinux, name => NativeLibrary.TryLoad(name, out _));

    /// <param name="names">The libraries, each after those that it needs; the driver first.</param>
    /// <param name="canLoad">Whether one is there.</param>
    internal static string? FindMissing(IReadOnlyList<string> names, Func<string, bool> canLoad)
    {
        string? missing = names.FirstOrDefault(name => !canLoad(name));
        return missing is null ? null
            : missing == names[0] ? $"The model is to run on a GPU, but there is no NVIDIA driver: '{missing}' cannot be loaded."
            : $"The model is to run on a GPU, but '{missing}' cannot be loaded: ONNX Runtime needs CUDA 13 and cuDNN 9, whatever CUDA libtorch brings.";
    }
}
