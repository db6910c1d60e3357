using System.CommandLine;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Tool.LibTorch;
using Microsoft.ML.SimpleDiffusion.Tool.Packages;
using Microsoft.ML.SimpleDiffusion.Tool.Terminal;

namespace Microsoft.ML.SimpleDiffusion.Tool.Commands;

/// <summary>One call of the program.</summary>
internal sealed class Session(ParseResult result, CommonOptions common, Screen screen, CancellationToken cancellationToken)
{
    public Screen Screen => screen;

    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>Where to compute, as the command line says.</summary>
    public ComputeOptions Compute => new() { Device = result.GetValue(common.Device), Threads = result.GetValue(common.Threads) };

    /// <summary>A context whose warnings are shown.</summary>
    public MLContext CreateContext(int? seed = null)
    {
        bool verbose = result.GetValue(common.Verbose);
        var context = new MLContext(seed);
        context.Log += (_, message) =>
        {
            if (message.Kind == ChannelMessageKind.Warning)
            {
                screen.Warn(message.RawMessage);
            }
            else if (verbose && message.Kind == ChannelMessageKind.Info)
            {
                screen.Hint(message.RawMessage);
            }
        };
        return context;
    }

    /// <summary>Finds libtorch, or gets it if that is wanted, and the device. Everything that computes needs them.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public void RequireLibTorch()
    {
        FindLibTorch();
        ComputeTarget.Resolve(Compute);
    }

    /// <summary>Finds the network ResNet18 and what runs it, or gets them if that is wanted.</summary>
    /// <exception cref="InvalidOperationException">They are not here.</exception>
    public void RequireResNet18()
    {
        var missing = ResNetPackages.FindMissing();
        string names = string.Join(" and ", missing);
        if (missing.Count > 0 && !result.GetValue(common.Yes) && !screen.Confirm($"--resnet18 needs {names} (both together {ResNetPackages.SizeText}), not here. Download from your NuGet sources?"))
        {
            throw new InvalidOperationException($"--resnet18 needs {names}, not here: let the program download from your NuGet sources with --yes.");
        }

        foreach (var package in missing)
        {
            screen.Hint($"Downloading {package} …");
            package.Restore(cancellationToken);
        }

        ResNetPackages.Use();
    }

    private void FindLibTorch()
    {
        if (result.GetValue(common.LibTorch) is { } folder)
        {
            TorchLibrary.Use(folder.FullName);
            return;
        }

        if (TorchLibrary.TryUseInstalled())
        {
            return;
        }

        var package = TorchPackage.OfThisSystem();
        string question = $"Training and generating need libtorch, which is not here. Download the package {package} ({TorchPackage.SizeText}) from your NuGet sources?";
        if (!result.GetValue(common.Yes) && !screen.Confirm(question))
        {
            throw new InvalidOperationException(
                $"libtorch is not here. Name a folder that has it with --libtorch, or let the program download the package {package} from your NuGet sources with --yes.");
        }

        screen.Hint($"Downloading {package} …");
        package.Restore(cancellationToken);
        TorchLibrary.Use(package.NativeFolder);
    }
}
