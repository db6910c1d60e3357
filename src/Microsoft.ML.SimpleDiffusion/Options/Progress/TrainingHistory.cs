namespace Microsoft.ML.SimpleDiffusion;

/// <summary>How a model was trained: stored in the model.</summary>
public sealed class TrainingHistory
{
    /// <summary>The training loss, at most some hundred points evenly spread over the run.</summary>
    public IReadOnlyList<TrainingLoss> Losses { get; init; } = [];

    /// <summary>What the validation metrics said during the run, in the order of the steps.</summary>
    public IReadOnlyList<TrainingEvaluation> Evaluations { get; init; } = [];
}
