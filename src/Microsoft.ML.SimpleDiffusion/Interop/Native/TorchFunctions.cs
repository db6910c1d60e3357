using System.Runtime.InteropServices;
using TorchSharp;

namespace Microsoft.ML.SimpleDiffusion.Interop.Native;

/// <summary>
/// Calls of <see cref="TorchFunction"/>s. The names hold the types of the arguments, so that another signature would have another name; a test looks for
/// each in the libtorch of every system.
/// </summary>
internal static unsafe class TorchFunctions
{
    private static readonly TorchFunction SetAutocastEnabledFunction = new(
        "_ZN2at8autocast20set_autocast_enabledEN3c1010DeviceTypeEb", "?set_autocast_enabled@autocast@at@@YAXW4DeviceType@c10@@_N@Z");

    private static readonly TorchFunction SetAutocastTypeFunction = new(
        "_ZN2at8autocast18set_autocast_dtypeEN3c1010DeviceTypeENS1_10ScalarTypeE", "?set_autocast_dtype@autocast@at@@YAXW4DeviceType@c10@@W4ScalarType@4@@Z");

    private static readonly TorchFunction ClearAutocastCacheFunction = new("_ZN2at8autocast11clear_cacheEv", "?clear_cache@autocast@at@@YAXXZ");

    private static readonly TorchFunction GlobalContextFunction = new("_ZN2at13globalContextEv", "?globalContext@at@@YAAEAVContext@1@XZ");

    private static readonly TorchFunction SetBenchmarkFunction = new("_ZN2at7Context17setBenchmarkCuDNNEb", "?setBenchmarkCuDNN@Context@at@@QEAAX_N@Z");

    private static readonly TorchFunction SetOneDnnEnabledFunction = new("_ZN2at7Context20setUserEnabledMkldnnEb", "?setUserEnabledMkldnn@Context@at@@QEAAX_N@Z");

    private static readonly TorchFunction SetNnpackEnabledFunction = new("_ZN2at7Context20setUserEnabledNNPACKEb", "?setUserEnabledNNPACK@Context@at@@QEAAX_N@Z");

    public static IReadOnlyList<TorchFunction> All { get; } =
        [SetAutocastEnabledFunction, SetAutocastTypeFunction, ClearAutocastCacheFunction, GlobalContextFunction, SetBenchmarkFunction, SetOneDnnEnabledFunction, SetNnpackEnabledFunction];

    /// <summary>Switches autocast on a kind of device, for the calling thread.</summary>
    public static void SetAutocastEnabled(DeviceType device, bool isEnabled)
        => ((delegate* unmanaged<sbyte, byte, void>)SetAutocastEnabledFunction.Address)((sbyte)device, Flag(isEnabled));

    /// <summary>Sets the type that autocast computes in on a kind of device, for the calling thread.</summary>
    public static void SetAutocastType(DeviceType device, torch.ScalarType type)
        => ((delegate* unmanaged<sbyte, sbyte, void>)SetAutocastTypeFunction.Address)((sbyte)device, (sbyte)type);

    /// <summary>Forgets the weights that autocast has cast.</summary>
    public static void ClearAutocastCache() => ((delegate* unmanaged<void>)ClearAutocastCacheFunction.Address)();

    /// <summary>Whether cuDNN tries its algorithms for each new shape and takes the fastest. For the whole process.</summary>
    public static void SetCudnnBenchmark(bool isEnabled) => Switch(SetBenchmarkFunction, isEnabled);

    /// <summary>Whether oneDNN computes what it can on a CPU. For the whole process.</summary>
    public static void SetOneDnnEnabled(bool isEnabled) => Switch(SetOneDnnEnabledFunction, isEnabled);

    /// <summary>Whether NNPACK computes what oneDNN does not. For the whole process.</summary>
    public static void SetNnpackEnabled(bool isEnabled) => Switch(SetNnpackEnabledFunction, isEnabled);

    private static void Switch(TorchFunction function, bool isEnabled)
    {
        nint context = ((delegate* unmanaged<nint>)GlobalContextFunction.Address)();
        ((delegate* unmanaged<nint, byte, void>)function.Address)(context, Flag(isEnabled));
    }

    private static byte Flag(bool value) => value ? (byte)1 : (byte)0;
}

/// <summary>A C++ function that libtorch exports and TorchSharp does not offer. It is looked for when it is first called.</summary>
/// <param name="itaniumName">Its name as GCC and Clang write it: on Linux and macOS.</param>
/// <param name="microsoftName">Its name as Microsoft's compiler writes it: on Windows.</param>
internal sealed class TorchFunction(string itaniumName, string microsoftName)
{
    public const string Library = "torch_cpu";

    private readonly Lazy<nint> _address = new(() => Find(OperatingSystem.IsWindows() ? microsoftName : itaniumName));

    public string ItaniumName => itaniumName;

    public string MicrosoftName => microsoftName;

    /// <summary>Whether it has been called, or at least looked for.</summary>
    public bool IsFound => _address.IsValueCreated;

    /// <exception cref="InvalidOperationException">This libtorch does not have it.</exception>
    public nint Address => _address.Value;

    private static nint Find(string name)
    {
        string file = NativeLibraryFolders.FileName(Library);
        string path = NativeLibraryFolders.Find(file) ?? file;
        return NativeLibrary.TryGetExport(NativeLibrary.Load(path), name, out nint address)
            ? address
            : throw new InvalidOperationException($"The libtorch of the application ('{path}') is another version than the one that it needs: it has no function {name}.");
    }
}
