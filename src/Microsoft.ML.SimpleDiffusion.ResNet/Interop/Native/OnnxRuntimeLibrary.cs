using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace Microsoft.ML.SimpleDiffusion.ResNet.Interop.Native;

/// <summary>Lets a program use a native ONNX Runtime that is not beside it.</summary>
internal static class OnnxRuntimeLibrary
{
    private const string Name = "onnxruntime";

    /// <summary>The library's file on this system.</summary>
    public static string FileName => OperatingSystem.IsWindows() ? $"{Name}.dll" : OperatingSystem.IsMacOS() ? $"lib{Name}.dylib" : $"lib{Name}.so";

    /// <summary>Takes the library from a folder where the system finds none. Comes before the first session.</summary>
    public static void UseFolder(string folder)
        => AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) => Path.GetFileNameWithoutExtension(name) is Name or $"lib{Name}" ? NativeLibrary.Load(Path.Combine(folder, FileName)) : 0;
}
