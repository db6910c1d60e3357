using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.SimpleDiffusion.Interop.Native;

namespace Microsoft.ML.SimpleDiffusion.Text.Interop.Native;

/// <summary>The way to ONNX Runtime for whoever makes a session: it must come before anything else is called there.</summary>
internal static class OnnxRuntimeEnvironment
{
    /// <summary>
    /// ONNX Runtime 1.31 keeps an identifier of the device and a store of events in the user's cache folder. Nobody who encodes captions or generates images has asked for that. The
    /// variable counts when the library starts; who has set it decides.
    /// </summary>
    private const string TelemetryVariable = "ORT_DISABLE_TELEMETRY";

    private const string Missing = "The native ONNX Runtime cannot be loaded: reference the package Microsoft.ML.OnnxRuntime (or Microsoft.ML.OnnxRuntime.Gpu.Linux or .Gpu.Windows).";

    /// <summary>Starts ONNX Runtime with telemetry off.</summary>
    /// <param name="missing">What to say where there is no native ONNX Runtime.</param>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static OrtEnv Start(string missing = Missing)
    {
        try
        {
            return StartWithoutTelemetry();
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException)
        {
            throw new InvalidOperationException(missing, e);
        }
    }

    private static OrtEnv StartWithoutTelemetry()
    {
        bool isDecided = Environment.GetEnvironmentVariable(TelemetryVariable) is not null;
        NativeEnvironment.SetUnlessSet(TelemetryVariable, "1");
        var environment = OrtEnv.Instance();
        if (!isDecided)
        {
            // Where the library does not go by the variable, or somebody has started it before.
            environment.DisableTelemetryEvents();
        }

        return environment;
    }
}
