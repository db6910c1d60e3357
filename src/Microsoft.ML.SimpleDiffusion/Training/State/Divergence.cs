namespace Microsoft.ML.SimpleDiffusion.Training.State;

/// <summary>The error of a training whose numbers are no numbers any more.</summary>
internal static class Divergence
{
    /// <param name="symptom">What is not finite, and when.</param>
    public static InvalidOperationException Error(string symptom) => new(
        $"Training has diverged: {symptom}. A lower Training.LearningRate or a longer Training.WarmupSteps would be right.");
}
