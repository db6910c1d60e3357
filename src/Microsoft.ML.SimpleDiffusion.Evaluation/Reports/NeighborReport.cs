namespace Microsoft.ML.SimpleDiffusion.Evaluation.Reports;

/// <summary>How near the model's pictures come to single real ones: whether it has learnt some by heart.</summary>
internal sealed record NeighborReport
{
    /// <summary>The pairs that are nearest to each other, nearest first.</summary>
    public required IReadOnlyList<NeighborPair> Pairs { get; init; }

    /// <summary>From generated pictures to the nearest real one.</summary>
    public required DistanceSummary Generated { get; init; }

    /// <summary>From real pictures to the nearest other real one.</summary>
    public required DistanceSummary Real { get; init; }
}
