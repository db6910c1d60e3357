namespace Microsoft.ML.SimpleDiffusion.Evaluation;

/// <summary>What <see cref="ImageGenerationCatalog.WriteReport"/> measures and shows.</summary>
public sealed class ReportOptions
{
    /// <summary>Heading of the page. Null (default): "Simple diffusion model".</summary>
    public string? Title { get; set; }

    /// <summary>
    /// Guidance scales to compare, each 0 to 100, at most 10. Default: 1, 2 and 4. Models without classes cannot be guided and leave them out.
    /// </summary>
    public IReadOnlyList<float> GuidanceScales { get; set; } = [1, 2, 4];

    /// <summary>
    /// Distilled models to compare the reported one with over the number of network evaluations, at most 10, of its image size and classes. They stay the
    /// caller's. Each takes up to three more sets of images: its own, and the reported model's in as many steps of DDIM and of DPM-Solver++ 2M. Default: none.
    /// </summary>
    public IReadOnlyList<SimpleDiffusionTransformer> Students { get; set; } = [];

    /// <summary>Further metrics, at most 10, a row each below those of the report: of generated images, of real ones and of noise. Default: none.</summary>
    public IReadOnlyList<IImageSetMetric> Metrics { get; set; } = [];

    /// <summary>
    /// Images generated at each guidance scale and compared with as many real ones, 10 to 50,000; fewer when there are fewer real images. Default: 300,
    /// which takes as long as it takes to generate a thousand.
    /// </summary>
    public int MaxImages { get; set; } = 300;

    /// <summary>Generated images shown of each class, 1 to 20. Default: 8.</summary>
    public int SamplesPerClass { get; set; } = 8;

    /// <summary>Classes shown, 1 to 100; the metrics are of all. Default: 20.</summary>
    public int MaxClassesShown { get; set; } = 20;

    /// <summary>Pairs of a generated image and its nearest neighbour shown, 1 to 100. Default: 12.</summary>
    public int NeighborsShown { get; set; } = 12;

    /// <summary>Passes over the real images to train the classifier that images are compared by, 1 to 1,000. Default: 16.</summary>
    public int ClassifierEpochs { get; set; } = 16;

    /// <summary>Seed of everything random. Default: 1.</summary>
    public int Seed { get; set; } = 1;

    /// <summary>Is told what is being done, for people to read. Default: nobody is.</summary>
    public IProgress<string>? Progress { get; set; }

    /// <summary>Stops the making of the report; no file is written then.</summary>
    public CancellationToken CancellationToken { get; set; }

    internal void Validate()
    {
        Require.NotNull(nameof(GuidanceScales), GuidanceScales);
        Require.Range($"{nameof(GuidanceScales)}.Count", GuidanceScales.Count, 0, 10);
        foreach (float scale in GuidanceScales)
        {
            Require.Range(nameof(GuidanceScales), scale, 0, 100);
        }

        Require.NotNull(nameof(Students), Students);
        Require.Range($"{nameof(Students)}.Count", Students.Count, 0, 10);
        Require.NotNull(nameof(Metrics), Metrics);
        Require.Range($"{nameof(Metrics)}.Count", Metrics.Count, 0, 10);
        Require.That(nameof(Metrics), null, Metrics.All(metric => metric is not null), "must have no metric that is null");
        Require.Range(nameof(MaxImages), MaxImages, 10, 50_000);
        Require.Range(nameof(SamplesPerClass), SamplesPerClass, 1, 20);
        Require.Range(nameof(MaxClassesShown), MaxClassesShown, 1, 100);
        Require.Range(nameof(NeighborsShown), NeighborsShown, 1, 100);
        Require.Range(nameof(ClassifierEpochs), ClassifierEpochs, 1, 1_000);
    }
}
