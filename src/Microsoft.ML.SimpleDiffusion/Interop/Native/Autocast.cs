using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Interop.Native;

/// <summary>
/// Mixed precision for the calling thread: matrix products and convolutions compute in bfloat16, everything that needs range stays float32.
/// TorchSharp has no autocast, hence the direct calls into libtorch; without a region none is made.
/// </summary>
internal sealed class Autocast : IDisposable
{
    /// <summary>Regions that the thread is in, as libtorch's own switch is one of the thread.</summary>
    [ThreadStatic]
    private static int regions;

    private readonly DeviceType _device;

    private Autocast(DeviceType device)
    {
        _device = device;
        if (regions == 0)
        {
            TorchFunctions.SetAutocastType(device, ScalarType.BFloat16);
            TorchFunctions.SetAutocastEnabled(device, true);
        }

        regions++;
    }

    /// <summary>Whether the calling thread is inside a region.</summary>
    public static bool IsEnabled => regions > 0;

    /// <summary>
    /// Turns autocast on until the result is disposed of; null if <paramref name="precision"/> needs none. Regions may be nested; each weight is cast once
    /// in the outermost.
    /// </summary>
    public static Autocast? Enter(ComputePrecision precision, DeviceType device) => precision == ComputePrecision.BFloat16 ? new Autocast(device) : null;

    /// <summary>Computes something as if there were no region.</summary>
    public static Tensor Without(DeviceType device, Func<Tensor> compute)
    {
        if (!IsEnabled)
        {
            return compute();
        }

        TorchFunctions.SetAutocastEnabled(device, false);
        try
        {
            return compute();
        }
        finally
        {
            TorchFunctions.SetAutocastEnabled(device, true);
        }
    }

    public void Dispose()
    {
        regions--;
        if (regions == 0)
        {
            // The weights that have been cast may be about to change.
            TorchFunctions.SetAutocastEnabled(_device, false);
            TorchFunctions.ClearAutocastCache();
        }
    }
}
