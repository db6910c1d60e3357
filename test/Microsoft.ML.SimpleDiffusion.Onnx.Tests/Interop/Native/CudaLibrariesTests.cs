using Microsoft.ML.SimpleDiffusion.Onnx.Interop.Native;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Tests.Interop.Native;

[TestClass]
public class CudaLibrariesTests
{
    private static readonly string[] Names = ["libcuda.so.1", "libcudart.so.13", "libcudnn.so.9"];

    [TestMethod]
    public void Nothing_is_missing_where_all_can_be_loaded() => Assert.IsNull(CudaLibraries.FindMissing(Names, _ => true));

    [TestMethod]
    public void Missing_driver_is_said()
        => Assert.AreEqual("The model is to run on a GPU, but there is no NVIDIA driver: 'libcuda.so.1' cannot be loaded.", CudaLibraries.FindMissing(Names, _ => false));

    [TestMethod]
    public void Missing_library_is_named_with_the_versions_that_are_needed() => Assert.AreEqual(
        "The model is to run on a GPU, but 'libcudnn.so.9' cannot be loaded: ONNX Runtime needs CUDA 13 and cuDNN 9, whatever CUDA libtorch brings.",
        CudaLibraries.FindMissing(Names, name => name != "libcudnn.so.9"));
}
