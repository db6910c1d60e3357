namespace Microsoft.ML.SimpleDiffusion.Evaluation;

/// <summary>The metric of a trial after some training.</summary>
public sealed class SweepMeasurement
{
    /// <summary>Optimizer steps that the trial had then done.</summary>
    public required int Steps { get; init; }

    /// <summary>The metric.</summary>
    public required double Value { get; init; }

    /// <summary>Time that the steps since the measurement before took, with the measurement itself; without what was done before a crash.</summary>
    public required double Seconds { get; init; }
}
