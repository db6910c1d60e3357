using System.Runtime.InteropServices;

namespace Microsoft.ML.SimpleDiffusion.Interop.Native;

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
