using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Microsoft.ML.SimpleDiffusion.Interop.Native;

/// <summary>
/// Loads libtorch before TorchSharp tries to: TorchSharp answers a failure by copying native libraries around and a long trace, which helps
/// nobody who only lacks a package.
/// </summary>
internal static class LibTorch
{
    // By full path and in this order: what a library needs is found among those that are loaded, wherever they lie.
    private static readonly string[] CpuLibraries = ["c10", "torch_cpu", "torch", "LibTorchSharp"];
    private static readonly string[] CudaLibraries = ["c10", "torch_cpu", "c10_cuda", "torch_cuda", "torch", "LibTorchSharp"];

    private static readonly Lazy<string?> Failure = new(FindFailure);

    /// <summary>Loads libtorch.</summary>
    /// <exception cref="InvalidOperationException">It cannot be loaded; the message says what is missing and how to get it.</exception>
    public static void EnsureLoaded()
    {
        if (Failure.Value is string failure)
        {
            throw new InvalidOperationException(failure);
        }
    }

    /// <summary>Null if a GPU can be used, else one sentence that says why not and what to do.</summary>
    public static string? DescribeCudaUnavailable()
    {
        EnsureLoaded();
        return CudaDiagnosis.Explain(FindCudaFacts());
    }

    /// <summary>TorchSharp is asked last: if a library is missing, it copies native libraries around before it gives up.</summary>
    private static CudaFacts FindCudaFacts()
    {
        if (NativeLibraryFolders.Find(NativeLibraryFolders.FileName("torch_cuda")) is not string library)
        {
            return new CudaFacts();
        }

        if (CudaDriver.FindVersion() is not Version version)
        {
            return new CudaFacts { HasCudaBuild = true };
        }

        bool loads = TryLoad(library, out string? error);
        return new CudaFacts { HasCudaBuild = true, DriverVersion = version, LoadError = error, IsAvailable = loads && torch.cuda.is_available() };
    }

    private static string? FindFailure()
    {
        if (NativeLibraryFolders.Named() is string named && !File.Exists(Path.Combine(named, NativeLibraryFolders.FileName("torch_cpu"))))
        {
            return $"The environment variable {NativeLibraryFolders.LibTorchVariable} must name a folder with libtorch, and '{named}' has no {NativeLibraryFolders.FileName("torch_cpu")}.";
        }

        bool isCuda = NativeLibraryFolders.Find(NativeLibraryFolders.FileName("torch_cuda")) is not null;
        if (isCuda && NativeEnvironment.Get("PYTORCH_CUDA_ALLOC_CONF") is null && OperatingSystem.IsLinux())
        {
            // Without it memory that was freed in pieces cannot be used for larger ones, and long runs end for want of it. Read once, when libtorch is loaded.
            NativeEnvironment.SetUnlessSet("PYTORCH_ALLOC_CONF", "expandable_segments:True");
        }

        string platform = NativeLoadDiagnosis.CurrentPlatform();
        foreach (string library in isCuda ? CudaLibraries : CpuLibraries)
        {
            string fileName = NativeLibraryFolders.FileName(library);
            if (NativeLibraryFolders.Find(fileName) is not string path)
            {
                return NativeLoadDiagnosis.Explain(fileName, loaderMessage: null, platform);
            }

            if (!TryLoad(path, out string? error))
            {
                return library.Contains("cuda", StringComparison.Ordinal) ? NativeLoadDiagnosis.ExplainCuda(error) : NativeLoadDiagnosis.Explain(missingFile: null, error, platform);
            }
        }

        ScalarLifetime.Extend();
        return null;
    }

    private static bool TryLoad(string path, [NotNullWhen(false)] out string? error)
    {
        if (OperatingSystem.IsLinux())
        {
            return LibTorchSharpCompatibility.TryLoad(path, out error);
        }

        try
        {
            NativeLibrary.Load(path);
            error = null;
            return true;
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            error = e.Message;
            return false;
        }
    }
}
