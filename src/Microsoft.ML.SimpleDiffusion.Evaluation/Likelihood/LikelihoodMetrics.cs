namespace Microsoft.ML.SimpleDiffusion.Evaluation;

/// <summary>
/// How well a model fits images: an upper bound on their negative log-likelihood as 8-bit images, in bits per dimension, of which an image has channels
/// times height times width (Kingma et al. 2021). Lower is better. Comparable between models of the same image size whose schedules have the same log-SNR limits only: the bound
/// adds up what lies between the limits, so that limits that are nearer to each other leave more to the other two terms.
/// </summary>
public sealed class LikelihoodMetrics
{
    /// <summary>The bound: the sum of the three terms.</summary>
    public double BitsPerDimension => PriorBits + DiffusionBits + ReconstructionBits;

    /// <summary>What is left of the images at the highest noise level.</summary>
    public required double PriorBits { get; init; }

    /// <summary>What the network's errors cost, over all noise levels.</summary>
    public required double DiffusionBits { get; init; }

    /// <summary>What the exact levels of the pixels cost at the lowest noise level.</summary>
    public required double ReconstructionBits { get; init; }

    /// <summary>Standard error of <see cref="BitsPerDimension"/>, from the differences between the images; NaN for a single image.</summary>
    public required double StandardError { get; init; }

    /// <summary>Number of images.</summary>
    public required int ImageCount { get; init; }
}
