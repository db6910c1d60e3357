namespace Microsoft.ML.SimpleDiffusion.Training;

/// <summary>What an optimizer step has to tell.</summary>
/// <param name="StepsDone">Optimizer steps done, this one included.</param>
/// <param name="Loss">Loss before the step.</param>
/// <param name="GradientNorm">Norm of the gradient before clipping.</param>
/// <param name="LearningRate">Learning rate of the step.</param>
internal readonly record struct StepResult(long StepsDone, double Loss, double GradientNorm, double LearningRate)
{
    /// <summary>Whether the step changed nothing because loss or gradient were not finite.</summary>
    public bool IsSkipped => !double.IsFinite(Loss) || !double.IsFinite(GradientNorm);
}
