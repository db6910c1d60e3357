using System.Runtime.InteropServices;

namespace Microsoft.ML.SimpleDiffusion.Interop.Native;

/// <summary>
/// Questions to NVIDIA's driver, which TorchSharp does not pass on. The driver's library is there as soon as a driver is installed, whichever
/// libtorch the application has.
/// </summary>
internal static partial class CudaDriver
{
    // The assembly's resolver turns it into the platform's file.
    private const string Library = "nvidia-driver";
    private const int Success = 0;
    private const int MajorCapability = 75;

    static CudaDriver() => NativeLibrary.SetDllImportResolver(
        typeof(CudaDriver).Assembly,
        (name, _, _) => name == Library && NativeLibrary.TryLoad(FileName, out nint handle) ? handle : 0);

    private static string FileName => OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1";

    /// <summary>The newest CUDA version that the driver supports, or null if there is no driver.</summary>
    public static Version? FindVersion()
    {
        try
        {
            // 1000 × major + 10 × minor.
            return GetVersion(out int version) == Success ? new Version(version / 1000, version % 1000 / 10) : null;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Name of a GPU, such as NVIDIA H100, or null if the driver does not tell.</summary>
    public static unsafe string? FindName(int deviceIndex)
    {
        const int Length = 256;
        byte* name = stackalloc byte[Length];
        try
        {
            return GetDevice(out int device, deviceIndex) == Success && GetName(name, Length, device) == Success ? Marshal.PtrToStringUTF8((nint)name) : null;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Bytes of memory that a GPU has, or null if the driver does not tell.</summary>
    public static long? FindTotalMemory(int deviceIndex)
    {
        try
        {
            return GetDevice(out int device, deviceIndex) == Success && GetTotalMemory(out nuint bytes, device) == Success ? (long)bytes : null;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Major compute capability of a GPU, such as 8 for Ampere, or null if the driver does not tell.</summary>
    public static int? FindMajorCapability(int deviceIndex)
    {
        try
        {
            return GetDevice(out int device, deviceIndex) == Success && GetAttribute(out int major, MajorCapability, device) == Success ? major : null;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Bytes in use on a GPU, by all programs, or null if the driver does not tell.</summary>
    public static long? MemoryInUse(int deviceIndex)
    {
        try
        {
            if (GetDevice(out int device, deviceIndex) != Success || RetainContext(out nint context, device) != Success)
            {
                return null;
            }

            try
            {
                return MemoryInUse(context);
            }
            finally
            {
                _ = ReleaseContext(device);
            }
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Makes a GPU the one of the calling thread until what is returned is disposed of.</summary>
    /// <exception cref="InvalidOperationException">The driver does not let it.</exception>
    public static IDisposable Enter(int deviceIndex)
        => GetDevice(out int device, deviceIndex) == Success && RetainContext(out nint context, device) == Success && PushContext(context) == Success
            ? new Entered(device)
            : throw new InvalidOperationException($"NVIDIA's driver does not let the process use GPU {deviceIndex}.");

    /// <summary>The driver answers for the thread's current context, which need not be that of the device.</summary>
    private static long? MemoryInUse(nint context)
    {
        if (PushContext(context) != Success)
        {
            return null;
        }

        bool isKnown = GetMemory(out nuint free, out nuint total) == Success;
        _ = PopContext(out _);
        return isKnown ? (long)(total - free) : null;
    }

    [LibraryImport(Library, EntryPoint = "cuDriverGetVersion")]
    private static partial int GetVersion(out int version);

    [LibraryImport(Library, EntryPoint = "cuDeviceGet")]
    private static partial int GetDevice(out int device, int index);

    [LibraryImport(Library, EntryPoint = "cuDeviceGetAttribute")]
    private static partial int GetAttribute(out int value, int attribute, int device);

    [LibraryImport(Library, EntryPoint = "cuDeviceGetName")]
    private static unsafe partial int GetName(byte* name, int length, int device);

    [LibraryImport(Library, EntryPoint = "cuDeviceTotalMem_v2")]
    private static partial int GetTotalMemory(out nuint bytes, int device);

    [LibraryImport(Library, EntryPoint = "cuDevicePrimaryCtxRetain")]
    private static partial int RetainContext(out nint context, int device);

    [LibraryImport(Library, EntryPoint = "cuDevicePrimaryCtxRelease_v2")]
    private static partial int ReleaseContext(int device);

    [LibraryImport(Library, EntryPoint = "cuCtxPushCurrent_v2")]
    private static partial int PushContext(nint context);

    [LibraryImport(Library, EntryPoint = "cuCtxPopCurrent_v2")]
    private static partial int PopContext(out nint context);

    [LibraryImport(Library, EntryPoint = "cuMemGetInfo_v2")]
    private static partial int GetMemory(out nuint free, out nuint total);

    private sealed class Entered(int device) : IDisposable
    {
        public void Dispose()
        {
            _ = PopContext(out _);
            _ = ReleaseContext(device);
        }
    }
}
