using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Interop.Native;

/// <summary>Where tensors lie, and in which order a GPU computes.</summary>
internal static unsafe partial class TorchTensors
{
    private const string CurrentStreamFunction = "aoti_torch_get_current_cuda_stream";

    /// <summary>Address of a tensor's first number, in the memory of its device.</summary>
    public static nint Address(Tensor tensor)
    {
        nint address = DataOf(tensor.Handle);
        GC.KeepAlive(tensor);
        return address;
    }

    /// <summary>The stream in which libtorch computes on a GPU.</summary>
    /// <param name="device">Index of the GPU.</param>
    public static nint CurrentStream(int device)
    {
        string file = NativeLibraryFolders.FileName("torch_cuda");
        nint library = NativeLibrary.Load(NativeLibraryFolders.Find(file) ?? file);
        nint stream;
        int error = ((delegate* unmanaged<int, nint*, int>)NativeLibrary.GetExport(library, CurrentStreamFunction))(device, &stream);
        return error == 0 ? stream : throw new InvalidOperationException($"libtorch does not tell the stream of GPU {device}: error {error}.");
    }

    [LibraryImport("LibTorchSharp", EntryPoint = "THSTensor_data")]
    private static partial nint DataOf(nint tensor);
}
