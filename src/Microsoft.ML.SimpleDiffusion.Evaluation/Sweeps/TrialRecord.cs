namespace Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;

/// <summary>How the training of a trial to a rung ended. A file of its own, written once.</summary>
internal sealed record TrialRecord
{
    public required int Trial { get; init; }

    public required int Rung { get; init; }

    /// <summary>Values of the swept options, for people to read.</summary>
    public required IReadOnlyDictionary<string, string> Parameters { get; init; }

    public required int Steps { get; init; }

    /// <summary>The metric; null if the trial failed.</summary>
    public double? Metric { get; init; }

    /// <summary>Why it failed, or null.</summary>
    public string? Error { get; init; }

    public required double Seconds { get; init; }
}
