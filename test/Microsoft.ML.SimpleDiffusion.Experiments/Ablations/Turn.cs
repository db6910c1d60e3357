namespace Microsoft.ML.SimpleDiffusion.Experiments.Ablations;

/// <summary>Training speed in one turn.</summary>
/// <param name="StepsPerSecond">By the clock.</param>
/// <param name="StepsPerProcessorSecond">By the time that the process was given: on a busy machine the truer one, if there is one thread.</param>
internal sealed record Turn(double StepsPerSecond, double StepsPerProcessorSecond);
