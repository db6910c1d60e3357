namespace Microsoft.ML.SimpleDiffusion.Evaluation.Sweeps;

/// <summary>A training that has yet to be done.</summary>
/// <param name="Trial">Number of the trial.</param>
/// <param name="Rung">Rung that it is trained to.</param>
internal readonly record struct OpenTraining(int Trial, int Rung);
