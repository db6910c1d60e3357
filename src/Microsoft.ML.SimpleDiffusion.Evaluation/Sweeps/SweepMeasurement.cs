namespace Microsoft.ML.SimpleDiffusion.Evaluation;

/// <summary>The metric of a trial after some training.</summary>
/// <param name="Steps">Optimizer steps that the trial had then done.</param>
/// <param name="Value">The metric.</param>
/// <param name="Seconds">Time that the steps since the measurement before took, with the measurement itself; without what was done before a crash.</param>
public sealed record SweepMeasurement(int Steps, double Value, double Seconds);
