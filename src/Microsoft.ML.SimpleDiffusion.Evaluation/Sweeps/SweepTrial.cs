namespace Microsoft.ML.SimpleDiffusion.Evaluation;

/// <summary>One set of options that a sweep tried.</summary>
public sealed class SweepTrial
{
    /// <summary>Number of the trial; 0 is <see cref="SweepOptions.Base"/> itself, the default.</summary>
    public required int Number { get; init; }

    /// <summary>The values of the options that were swept, by the path of the option, such as <c>Training.LearningRate</c>.</summary>
    public required IReadOnlyDictionary<string, object?> Parameters { get; init; }

    /// <summary>What has become of it.</summary>
    public required SweepTrialState State { get; init; }

    /// <summary>The metric after each rung that the trial was trained to, in order. Grid and random search have one rung.</summary>
    public required IReadOnlyList<SweepMeasurement> Measurements { get; init; }

    /// <summary>Why the trial failed, or null.</summary>
    public string? Error { get; init; }

    /// <summary>Optimizer steps done when the trial was last measured; 0 if it never was.</summary>
    public int Steps => Measurements.Count == 0 ? 0 : Measurements[^1].Steps;

    /// <summary>The metric when the trial was last measured; null if it never was.</summary>
    public double? Metric => Measurements.Count == 0 ? null : Measurements[^1].Value;

    /// <summary>Time that training and measuring took in all.</summary>
    public double Seconds => Measurements.Sum(measurement => measurement.Seconds);

    /// <summary>Whether this is <see cref="SweepOptions.Base"/> unchanged.</summary>
    public bool IsDefault => Number == 0;
}
