using System.CommandLine;
using System.CommandLine.Parsing;
using Microsoft.ML.SimpleDiffusion.ResNet;
using Microsoft.ML.SimpleDiffusion.Tool.Packages;

namespace Microsoft.ML.SimpleDiffusion.Tool.Commands;

/// <summary>The switch for the ResNet18 Fréchet distance.</summary>
internal sealed class ResNetArgument(string purpose)
{
    private readonly Option<bool> _option = new("--resnet18") { Description = $"{purpose} Images need no classes for it; it is no FID." };

    public void AddTo(System.CommandLine.Command command) => command.Add(_option);

    /// <summary>Whether the distance is wanted.</summary>
    public bool IsGiven(CommandResult result) => result.GetValue(_option);

    /// <summary>Whether the distance is wanted. If so, what it needs is here then.</summary>
    /// <exception cref="InvalidOperationException">It is not.</exception>
    public bool Prepare(ParseResult result, Session session)
    {
        bool isGiven = result.GetValue(_option);
        if (isGiven)
        {
            session.RequireResNet18();
        }

        return isGiven;
    }

    /// <summary>Settings for the distance to images in a column. The packages must be here.</summary>
    public static ResNet18DistanceOptions CreateOptions(Session session, string imageColumnName, string? cacheDirectory = null) => new()
    {
        ImageColumnName = imageColumnName,
        CacheDirectory = cacheDirectory,
        NetworkFolder = ResNetPackages.NetworkFolder,
        Threads = session.Compute.Threads,
        CancellationToken = session.CancellationToken,
    };

    /// <summary>The row of a report. The packages must be here.</summary>
    public static ResNet18ReportMetric CreateReportMetric(Session session, MLContext context)
        => new(context, new ResNet18Options { NetworkFolder = ResNetPackages.NetworkFolder, Threads = session.Compute.Threads });
}
