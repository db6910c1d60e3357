using Microsoft.ML.SimpleDiffusion.Interop.Native;

namespace Microsoft.ML.SimpleDiffusion.Tests.Interop;

[TestClass]
public class NativeLoadDiagnosisTests
{
    [TestMethod]
    [DataRow("libtorch_cpu.so", null, "linux-x64", "libtorch-cpu-linux-x64 2.10.0")]
    [DataRow("torch_cpu.dll", null, "win-x64", "TorchSharp-cuda-windows")]
    [DataRow("libc10.dylib", null, "osx-x64", "not published for osx-x64")]
    [DataRow(null, "x", "linux-musl-x64", "glibc")]
    [DataRow(null, "libm.so.6: version `GLIBC_2.35' not found (required by x)", "linux-x64", "GLIBC_2.35 is missing")]
    [DataRow(null, "x.so: undefined symbol: _ZN2at4_ops", "linux-x64", "not the version")]
    [DataRow(null, "libgomp.so.1: cannot open shared object file: No such file", "linux-x64", "libgomp.so.1")]
    [DataRow(null, "something else", "linux-x64", "something else")]
    public void Each_failure_says_what_is_missing_and_how_to_get_it(string? missing, string? message, string platform, string expected)
        => StringAssert.Contains(NativeLoadDiagnosis.Explain(missing, message, platform), expected);

    [TestMethod]
    public void General_advice_of_the_runtime_is_left_out()
        => Assert.AreEqual(
            "libtorch cannot be loaded. (/app/libtorch_cpu.so: invalid ELF header)",
            NativeLoadDiagnosis.Explain(null, "Unable to load shared library. Consider using strace: \n/app/libtorch_cpu.so: invalid ELF header\n", "linux-x64"));

    [TestMethod]
    public void A_notebook_finds_the_libraries_in_the_packages()
        => CollectionAssert.AreEqual(
            new[] { Path.Combine("/packages/torchsharp/0.107.0", "runtimes", "linux-x64", "native"), Path.Combine("/packages", "libtorch-cpu-linux-x64", "2.10.0", "runtimes", "linux-x64", "native") },
            NativeLibraryFolders.OfPackages("/packages/torchsharp/0.107.0/lib/net8.0/TorchSharp.dll", "linux-x64"));

    [TestMethod]
    [DataRow("/app/TorchSharp.dll")]
    [DataRow("/TorchSharp.dll")]
    [DataRow("")]
    public void An_application_looks_into_no_packages(string torchSharp) => Assert.IsEmpty(NativeLibraryFolders.OfPackages(torchSharp, "linux-x64"));
}
