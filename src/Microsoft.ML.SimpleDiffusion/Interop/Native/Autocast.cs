using System.Runtime.InteropServices;
using TorchSharp;

namespace Microsoft.ML.SimpleDiffusion.Interop.Native;

/// <summary>
/// Mixed precision for the calling thread: matrix products and convolutions compute in bfloat16, everything that needs range stays float32.
/// TorchSharp has no autocast, hence the direct calls into libtorch.
/// </summary>
internal sealed partial class Autocast : IDisposable
{
    private const string Library = "torch_cpu";
    private const sbyte BFloat16 = 15;

    private readonly sbyte _device;
    private readonly bool _wasEnabled;

    private Autocast(sbyte device)
    {
        _device = device;
        _wasEnabled = IsAutocastEnabled(device);
        SetDataType(device, BFloat16);
        SetEnabled(device, true);
        _ = IncrementNesting();
    }

    /// <summary>
    /// Turns autocast on until the result is disposed of; null if <paramref name="precision"/> needs none. Regions may be nested; each weight is cast once
    /// in the outermost.
    /// </summary>
    public static Autocast? Enter(ComputePrecision precision, DeviceType device)
        => precision == ComputePrecision.BFloat16 ? new Autocast((sbyte)device) : null;

    /// <summary>Whether the calling thread is inside a region.</summary>
    public static bool IsEnabled(DeviceType device) => IsAutocastEnabled((sbyte)device);

    public void Dispose()
    {
        // The outermost region forgets the weights that it has cast: they may be about to change.
        if (DecrementNesting() == 0)
        {
            ClearCache();
        }

        SetEnabled(_device, _wasEnabled);
    }

    [LibraryImport(Library, EntryPoint = "_ZN2at8autocast19is_autocast_enabledEN3c1010DeviceTypeE")]
    [return: MarshalAs(UnmanagedType.U1)]
    private static partial bool IsAutocastEnabled(sbyte device);

    [LibraryImport(Library, EntryPoint = "_ZN2at8autocast20set_autocast_enabledEN3c1010DeviceTypeEb")]
    private static partial void SetEnabled(sbyte device, [MarshalAs(UnmanagedType.U1)] bool enabled);

    [LibraryImport(Library, EntryPoint = "_ZN2at8autocast18set_autocast_dtypeEN3c1010DeviceTypeENS1_10ScalarTypeE")]
    private static partial void SetDataType(sbyte device, sbyte type);

    [LibraryImport(Library, EntryPoint = "_ZN2at8autocast17increment_nestingEv")]
    private static partial int IncrementNesting();

    [LibraryImport(Library, EntryPoint = "_ZN2at8autocast17decrement_nestingEv")]
    private static partial int DecrementNesting();

    [LibraryImport(Library, EntryPoint = "_ZN2at8autocast11clear_cacheEv")]
    private static partial void ClearCache();
}
