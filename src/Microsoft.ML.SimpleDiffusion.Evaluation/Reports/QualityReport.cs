namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports;

/// <summary>Metrics of the model's pictures.</summary>
internal sealed record QualityReport
{
    /// <summary>What the pictures are compared by, as the end of the sentence "Pictures are compared by …".</summary>
    public required string FeatureDescription { get; init; }

    /// <summary>Pictures in each of the sets that are compared.</summary>
    public required int Pictures { get; init; }

    public required IReadOnlyList<MetricRow> Metrics { get; init; }

    /// <summary>Empty for a model without classes.</summary>
    public IReadOnlyList<ClassAgreementRow> Classes { get; init; } = [];
}
