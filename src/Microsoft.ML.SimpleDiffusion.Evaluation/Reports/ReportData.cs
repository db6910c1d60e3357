namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports;

/// <summary>Everything that a report says. Collected by <see cref="ReportCollector"/>, rendered by <see cref="Rendering.ReportPage"/>.</summary>
internal sealed record ReportData
{
    public required string Title { get; init; }

    public required ModelSummary Model { get; init; }

    public required IReadOnlyList<OptionRow> Options { get; init; }

    public required TrainingHistory History { get; init; }

    /// <summary>Generated pictures, a row per class; one row without a caption for a model without classes.</summary>
    public required IReadOnlyList<SampleRow> Samples { get; init; }

    /// <summary>How good the pictures are.</summary>
    public required QualityReport Quality { get; init; }

    /// <summary>The same pictures at several guidance scales. Empty for a model that cannot be guided.</summary>
    public IReadOnlyList<GuidanceRow> Guidance { get; init; } = [];

    /// <summary>Generated pictures beside their nearest neighbours in the training set.</summary>
    public required NeighborReport Neighbors { get; init; }

    /// <summary>What a reader should know about this report, such as what was left out of it.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
