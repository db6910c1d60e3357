using System.Runtime.InteropServices;
using Microsoft.ML.SimpleDiffusion.ResNet.Network;

namespace Microsoft.ML.SimpleDiffusion.ResNet.Tests.Network;

/// <summary>What it comes to, the tests of the package for captions show, which starts ONNX Runtime by the same code.</summary>
[TestClass]
public class TelemetryTests
{
    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void ONNX_Runtime_is_told_to_tell_nobody()
    {
        using (ResNet18Network.Open(folder: null, threads: 1))
        {
        }

        Assert.IsNotNull(Marshal.PtrToStringUTF8(GetEnvironment("ORT_DISABLE_TELEMETRY")));
    }

    [DllImport("libc", EntryPoint = "getenv")]
    private static extern nint GetEnvironment([MarshalAs(UnmanagedType.LPUTF8Str)] string name);
}
