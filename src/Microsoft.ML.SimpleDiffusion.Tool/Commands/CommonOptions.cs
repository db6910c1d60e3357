using System.CommandLine;

namespace Microsoft.ML.SimpleDiffusion.Tool.Commands;

/// <summary>Options of every command: of the machine at hand.</summary>
internal sealed class CommonOptions
{
    public Option<DirectoryInfo?> LibTorch { get; } = new("--libtorch")
    {
        Description = "Folder with libtorch's libraries, such as torch/lib of PyTorch. By default: the variable SIMPLE_DIFFUSION_LIBTORCH, or NuGet's package.",
        Recursive = true,
    };

    public Option<bool> Yes { get; } = new("--yes", "-y") { Description = "Answer questions with yes: download libtorch, and what --resnet18 needs, if it is missing.", Recursive = true };

    public Option<ComputeDevice> Device { get; } = new("--device") { Description = "Where to compute.", Recursive = true };

    public Option<int?> Threads { get; } = new("--threads") { Description = "Threads for computing on the CPU. By default one per core.", Recursive = true };

    public Option<bool> Verbose { get; } = new("--verbose", "-v") { Description = "Show what the library logs.", Recursive = true };

    public CommonOptions() => Threads.Require(threads => threads is null or >= 1 and <= OptionsValidator.MaxThreads, $"--threads must be 1 to {OptionsValidator.MaxThreads}.");

    public IEnumerable<Option> All => [LibTorch, Yes, Device, Threads, Verbose];
}
