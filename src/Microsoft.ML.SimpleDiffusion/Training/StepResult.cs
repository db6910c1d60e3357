namespace Microsoft.ML.SimpleDiffusion.Training;

/// <summary>What an optimizer step has to tell.</summary>
/// <param name="Loss">Loss before the step.</param>
/// <param name="GradientNorm">Norm of the gradient before clipping.</param>
/// <param name="LearningRate">Learning rate of the step.</param>
/// <param name="Skipped">Whether the step changed nothing because loss or gradient were not finite.</param>
internal readonly record struct StepResult(double Loss, double GradientNorm, double LearningRate, bool Skipped);
