namespace Microsoft.ML.SimpleDiffusion.Evaluation;

/// <summary>Metrics to compute.</summary>
[Flags]
public enum ImageGenerationMetricTypes
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The Fréchet distance between features; the FID on those of Inception (Heusel et al. 2017).</summary>
    FrechetDistance = 1,

    /// <summary>The kernel distance between features; the KID on those of Inception (Bińkowski et al. 2018).</summary>
    KernelDistance = 2,

    /// <summary>The Inception score of class probabilities (Salimans et al. 2016).</summary>
    InceptionScore = 4,

    /// <summary>Improved precision and recall (Kynkäänniemi et al. 2019).</summary>
    PrecisionAndRecall = 8,

    /// <summary>Density and coverage (Naeem et al. 2020).</summary>
    DensityAndCoverage = 16,

    /// <summary>Distance of each generated image to its nearest reference image.</summary>
    NearestNeighbors = 32,

    /// <summary>Agreement of images with texts (Hessel et al. 2021).</summary>
    ClipScore = 64,

    /// <summary>How often a classifier sees the class that was asked for.</summary>
    ClassAgreement = 128,

    /// <summary>All.</summary>
    All = FrechetDistance | KernelDistance | InceptionScore | PrecisionAndRecall | DensityAndCoverage | NearestNeighbors | ClipScore | ClassAgreement,
}
