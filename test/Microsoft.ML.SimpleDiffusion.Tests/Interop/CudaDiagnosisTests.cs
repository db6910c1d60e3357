using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Interop.Native;

namespace Microsoft.ML.SimpleDiffusion.Tests.Interop;

[TestClass]
public class CudaDiagnosisTests
{
    private static readonly CudaFacts Working = new() { HasCudaBuild = true, DriverVersion = new Version(12, 8), IsAvailable = true };

    [TestMethod]
    public void Gpu_that_can_be_used_needs_no_sentence() => Assert.IsNull(CudaDiagnosis.Explain(Working));

    [TestMethod]
    public void Old_driver_that_libtorch_accepts_is_accepted()
        => Assert.IsNull(CudaDiagnosis.Explain(Working with { DriverVersion = new Version(12, 2) }));

    [TestMethod]
    public void Cpu_build_is_named_with_the_packages_to_use()
        => StringAssert.Contains(CudaDiagnosis.Explain(new CudaFacts()), "CPU build of libtorch: build it with -p:TorchBackend=cuda");

    [TestMethod]
    public void Missing_driver_is_named()
        => StringAssert.StartsWith(CudaDiagnosis.Explain(new CudaFacts { HasCudaBuild = true }), "There is no NVIDIA driver");

    [TestMethod]
    public void Old_driver_is_named_with_both_versions()
        => Assert.AreEqual(
            "The NVIDIA driver is too old: it supports CUDA 11.4, and libtorch needs 12.8 or newer.",
            CudaDiagnosis.Explain(Working with { DriverVersion = new Version(11, 4), IsAvailable = false }));

    [TestMethod]
    public void Missing_gpu_is_named()
        => StringAssert.Contains(CudaDiagnosis.Explain(Working with { IsAvailable = false }), "finds no NVIDIA GPU");

    [TestMethod]
    [DataRow("libcudnn.so.9: cannot open shared object file: No such file or directory", "The CUDA library libcudnn.so.9 is missing: restore TorchSharp-cuda-")]
    [DataRow("/app/libtorch_cuda.so: undefined symbol: cublasLtMatmul, version libcublasLt.so.12", "A CUDA library is another version than the one that this libtorch was built with: restore TorchSharp-cuda-")]
    [DataRow("/lib/libcudart.so.12: version `libcudart.so.13' not found (required by /app/libtorch_cuda.so)", "A CUDA library is another version than the one that this libtorch was built with: restore TorchSharp-cuda-")]
    [DataRow("/app/libtorch_cuda.so: invalid ELF header", "The CUDA part of libtorch cannot be loaded: restore TorchSharp-cuda-")]
    public void Library_that_does_not_load_is_named_with_its_package(string message, string expected)
        => StringAssert.StartsWith(CudaDiagnosis.Explain(Working with { LoadError = message, IsAvailable = false }), expected);

    [TestMethod]
    [DataRow(1, 1, "must be 0, as there is one GPU")]
    [DataRow(4, 2, "must be below 2, the number of GPUs")]
    public void Index_out_of_range_is_named(int index, int count, string expected)
    {
        StringAssert.Contains(CudaDiagnosis.ExplainIndex(index, count), expected);
        Assert.IsNull(CudaDiagnosis.ExplainIndex(count - 1, count));
    }

    [TestMethod]
    [DataRow("CUDA error: no kernel image is available for execution on the device\nCUDA kernel errors might", "This libtorch has no kernels for GPU 0 (compute capability 6): PyTorch's builds for CUDA 12.8 have them from Turing on (7.5).")]
    [DataRow("CUDA error: all CUDA-capable devices are busy or unavailable\nFor debugging", "GPU 0 cannot be used: CUDA error: all CUDA-capable devices are busy or unavailable.")]
    public void Gpu_that_does_not_compute_is_named_with_the_reason(string message, string expected)
        => Assert.AreEqual(expected, CudaDiagnosis.ExplainFirstError(0, 6, message));

    [TestMethod]
    public void Gpu_without_bfloat16_is_named_with_its_capability()
    {
        Assert.AreEqual(
            "GPU 1 has no instructions for bfloat16, which NVIDIA has made since Ampere (compute capability 8.0; this one has 7): set Compute.Precision to Float32 or Auto.",
            CudaDiagnosis.ExplainPrecision(1, 7, ComputePrecision.BFloat16));
        Assert.IsNull(CudaDiagnosis.ExplainPrecision(1, 8, ComputePrecision.BFloat16));
        Assert.IsNull(CudaDiagnosis.ExplainPrecision(1, 7, ComputePrecision.Float32));
        Assert.IsNull(CudaDiagnosis.ExplainPrecision(1, 7, ComputePrecision.Auto));
        Assert.IsNull(CudaDiagnosis.ExplainPrecision(1, null, ComputePrecision.BFloat16));
    }

    [TestMethod]
    public void Asking_for_a_gpu_where_there_is_none_says_why()
    {
        if (LibTorch.DescribeCudaUnavailable() is not string obstacle)
        {
            Assert.Inconclusive("There is a GPU here.");
            return;
        }

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => ComputeTarget.Resolve(new ComputeOptions { Device = ComputeDevice.Cuda }));

        Assert.AreEqual(obstacle, error.Message);
    }

    [TestMethod]
    public void Driver_is_asked_without_an_error_where_there_is_none()
    {
        if (CudaDriver.FindVersion() is not null)
        {
            Assert.Inconclusive("There is an NVIDIA driver here.");
        }

        Assert.IsNull(CudaDriver.MemoryInUse(0));
        Assert.IsNull(CudaDriver.FindMajorCapability(0));
    }
}
