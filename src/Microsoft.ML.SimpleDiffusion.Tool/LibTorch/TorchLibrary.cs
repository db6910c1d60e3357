using Microsoft.ML.SimpleDiffusion.Interop.Native;

namespace Microsoft.ML.SimpleDiffusion.Tool.LibTorch;

/// <summary>The libtorch that the program computes with.</summary>
internal static class TorchLibrary
{
    private static readonly string FileName = NativeLibraryFolders.FileName("torch_cpu");

    /// <summary>Where libtorch is, or null if it is not here: named by the environment, beside the program, or among NuGet's packages.</summary>
    public static string? Find()
        => NativeLibraryFolders.Named() ?? Path.GetDirectoryName(NativeLibraryFolders.Find(FileName))
            ?? (TorchPackage.TryOfThisSystem() is { IsRestored: true } package ? package.NativeFolder : null);

    public static bool TryUseInstalled()
    {
        if (Find() is not string folder)
        {
            return false;
        }

        Use(folder);
        return true;
    }

    /// <exception cref="InvalidOperationException">The folder has no libtorch.</exception>
    public static void Use(string folder)
    {
        if (!File.Exists(Path.Combine(folder, FileName)))
        {
            throw new InvalidOperationException($"There is no {FileName} in '{folder}': name the folder with libtorch's libraries, such as torch/lib of PyTorch.");
        }

        Environment.SetEnvironmentVariable(NativeLibraryFolders.LibTorchVariable, folder);
    }
}
