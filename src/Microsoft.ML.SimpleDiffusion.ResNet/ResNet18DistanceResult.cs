using Microsoft.ML.SimpleDiffusion.Evaluation;
using static System.FormattableString;

namespace Microsoft.ML.SimpleDiffusion.ResNet;

/// <summary>How far generated images are from real ones by the features of ResNet18.</summary>
public sealed class ResNet18DistanceResult
{
    /// <summary>Number of generated images.</summary>
    public required int Count { get; init; }

    /// <summary>Number of real images.</summary>
    public required int RealCount { get; init; }

    /// <summary>
    /// The ResNet18 Fréchet distance, squared, 0 or more up to rounding; lower is better. It is no FID, and can be compared only with distances of as many images from the same
    /// real ones.
    /// </summary>
    public required double Distance { get; init; }

    /// <summary>The kernel distance (Bińkowski et al. 2018) of the features, unbiased, so that it may fall below 0; lower is better. It needs fewer images.</summary>
    public required MetricEstimate KernelDistance { get; init; }

    /// <inheritdoc cref="ImageGenerationMetrics.Precision" path="/summary"/>
    /// <remarks>Null if there are three images or fewer in a set.</remarks>
    public required double? Precision { get; init; }

    /// <inheritdoc cref="ImageGenerationMetrics.Recall" path="/summary"/>
    /// <remarks>Null if there are three images or fewer in a set.</remarks>
    public required double? Recall { get; init; }

    /// <inheritdoc cref="ImageGenerationMetrics.Density" path="/summary"/>
    /// <remarks>Null if there are five images or fewer in a set.</remarks>
    public required double? Density { get; init; }

    /// <inheritdoc cref="ImageGenerationMetrics.Coverage" path="/summary"/>
    /// <remarks>Null if there are five images or fewer in a set.</remarks>
    public required double? Coverage { get; init; }

    /// <summary>The main ones in a line.</summary>
    public override string ToString()
        => Invariant($"ResNet18 Fréchet distance {Distance:G4}, precision {Share(Precision)}, recall {Share(Recall)}, {Count} images against {RealCount} real ones");

    private static string Share(double? share) => share is double value ? Invariant($"{value:P0}") : "–";
}
