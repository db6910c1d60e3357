namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports.Content;

/// <summary>Everything that a report says. Collected by the collector, rendered by the page.</summary>
internal sealed record ReportData
{
    public required string Title { get; init; }

    public required ModelSummary Model { get; init; }

    public required IReadOnlyList<OptionRow> Options { get; init; }

    public required TrainingHistory History { get; init; }

    /// <summary>Generated images, a row per class; one row without a caption for a model without classes.</summary>
    public required IReadOnlyList<SampleRow> Samples { get; init; }

    /// <summary>How good the images are.</summary>
    public required QualityReport Quality { get; init; }

    /// <summary>The same images at several guidance scales. Empty for a model that cannot be guided.</summary>
    public IReadOnlyList<GuidanceRow> Guidance { get; init; } = [];

    /// <summary>The model and those distilled from it at several numbers of network evaluations. Empty without distilled ones.</summary>
    public IReadOnlyList<FewStepsRow> FewSteps { get; init; } = [];

    /// <summary>Generated images beside their nearest neighbours in the training set.</summary>
    public required NeighborReport Neighbors { get; init; }

    /// <summary>What a reader should know about this report, such as what was left out of it.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>The model in a few numbers.</summary>
internal sealed record ModelSummary
{
    /// <summary>Such as "class-conditional".</summary>
    public required string Kind { get; init; }

    /// <summary>Number of classes; 0 for a model without.</summary>
    public required int ClassCount { get; init; }

    public required int Height { get; init; }

    public required int Width { get; init; }

    public required int Channels { get; init; }

    public required long ParameterCount { get; init; }

    public required long TrainedSteps { get; init; }

    /// <summary>Images per optimizer step.</summary>
    public required long ImagesPerStep { get; init; }

    /// <summary>Real images that the report was made with.</summary>
    public required int RealImages { get; init; }
}

/// <summary>An option of the model.</summary>
/// <param name="Name">Such as <c>Training.LearningRate</c>.</param>
/// <param name="Value">As stored in the model.</param>
/// <param name="Default">What it is if left alone.</param>
internal sealed record OptionRow(string Name, string Value, string Default)
{
    public bool IsDefault => Value == Default;
}

/// <summary>Generated images in a row.</summary>
/// <param name="Caption">Class or text that they were asked for; null without a condition.</param>
/// <param name="Images">The images.</param>
internal sealed record SampleRow(string? Caption, ImageStrip Images);

/// <summary>Metrics of the model's images.</summary>
internal sealed record QualityReport
{
    /// <summary>Name of the metric that counts how often images get the class that they were asked for.</summary>
    public const string Agreement = "Class agreement";

    /// <summary>What the images are compared by, as the end of the sentence "Images are compared by …".</summary>
    public required string FeatureDescription { get; init; }

    /// <summary>Images in each of the sets that are compared.</summary>
    public required int Images { get; init; }

    public required IReadOnlyList<MetricRow> Metrics { get; init; }

    /// <summary>Empty for a model without classes.</summary>
    public IReadOnlyList<ClassAgreementRow> Classes { get; init; } = [];
}

/// <summary>A metric with what it is for real images and for noise, without which it says little.</summary>
/// <param name="Name">Its name.</param>
/// <param name="HigherIsBetter">Which way is better.</param>
/// <param name="Model">For the model's images; null if it cannot be measured.</param>
/// <param name="Real">For real images that neither the classifier nor the reference contains: about the best to expect.</param>
/// <param name="Noise">For images of noise: about the worst.</param>
internal sealed record MetricRow(string Name, bool HigherIsBetter, double? Model, double? Real, double? Noise);

/// <summary>How often the classifier gives images the class that they were asked for.</summary>
/// <param name="Label">The class.</param>
/// <param name="Model">Share of the model's images, 0 to 1; null without images.</param>
/// <param name="Real">Share of held-out real images, 0 to 1; null without images.</param>
internal sealed record ClassAgreementRow(string Label, double? Model, double? Real);

/// <summary>Distances to the nearest neighbour over a set of images.</summary>
/// <param name="Lowest">The smallest.</param>
/// <param name="FifthPercentile">A twentieth of them are smaller.</param>
/// <param name="Median">Half of them are smaller.</param>
/// <param name="Count">Number of images.</param>
internal sealed record DistanceSummary(double Lowest, double FifthPercentile, double Median, int Count);

/// <summary>Images at one guidance scale.</summary>
/// <param name="Scale">The guidance scale; 1 is off.</param>
/// <param name="IsOwn">Whether it is the one stored in the model.</param>
/// <param name="Distance">The first of the report's metrics; null if it cannot be measured.</param>
/// <param name="Agreement">Share of the images that the classifier gives the class asked for, 0 to 1; null without classes.</param>
/// <param name="Images">The images, of the same conditions and seeds at every scale.</param>
internal sealed record GuidanceRow(float Scale, bool IsOwn, double? Distance, double? Agreement, ImageStrip Images);

/// <summary>Images of one way to draw them, of the same conditions each.</summary>
/// <param name="Way">Which of the chart's lines it belongs to.</param>
/// <param name="Name">What draws, and how.</param>
/// <param name="Evaluations">Evaluations of the network for an image; a guided step takes two.</param>
/// <param name="Distance">The first of the report's metrics; null if it cannot be measured.</param>
/// <param name="Agreement">Share of the images that the classifier gives the class asked for, 0 to 1; null without classes.</param>
/// <param name="Images">Some of the images.</param>
internal sealed record FewStepsRow(FewStepsWay Way, string Name, int Evaluations, double? Distance, double? Agreement, ImageStrip Images);

/// <summary>Ways to draw that a report compares by their number of network evaluations.</summary>
internal enum FewStepsWay
{
    /// <summary>The reported model as it draws by itself, with two seeds.</summary>
    Own,

    /// <summary>The reported model in few steps of DDIM.</summary>
    Ddim,

    /// <summary>The reported model in few steps of DPM-Solver++ 2M.</summary>
    DpmSolver,

    /// <summary>A distilled model.</summary>
    Student,
}

/// <summary>How near the model's images come to single real ones: whether it has learnt some by heart.</summary>
internal sealed record NeighborReport
{
    /// <summary>The pairs that are nearest to each other, nearest first.</summary>
    public required IReadOnlyList<NeighborPair> Pairs { get; init; }

    /// <summary>From generated images to the nearest real one.</summary>
    public required DistanceSummary Generated { get; init; }

    /// <summary>From real images to the nearest other real one.</summary>
    public required DistanceSummary Real { get; init; }
}

/// <summary>A generated image and the real one that is nearest to it.</summary>
/// <param name="Caption">Class or text of the generated image, or null.</param>
/// <param name="Images">Generated, then real.</param>
/// <param name="Distance">Euclidean distance between their features.</param>
internal sealed record NeighborPair(string? Caption, ImageStrip Images, double Distance);
