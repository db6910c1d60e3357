using System.Runtime.InteropServices;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Interop.Native;

/// <summary>
/// Switches off what ONNX Runtime reports about the machine, before it is used for the first time: on Linux and macOS it would else write a device id and a
/// database of events. Only the native environment counts there, which .NET's own does not reach.
/// </summary>
internal static partial class OnnxTelemetry
{
    private const string Variable = "ORT_DISABLE_TELEMETRY";

    private static readonly Lazy<bool> Off = new(SwitchOff);

    /// <summary>To be called before every first use. What the user has set stays.</summary>
    public static void TurnOff() => _ = Off.Value;

    private static bool SwitchOff()
    {
        if (OperatingSystem.IsWindows())
        {
            Environment.SetEnvironmentVariable(Variable, Environment.GetEnvironmentVariable(Variable) ?? "1");
        }
        else
        {
            _ = SetEnvironmentVariable(Variable, "1", overwrite: 0);
        }

        return true;
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironmentVariable(string name, string value, int overwrite);
}
