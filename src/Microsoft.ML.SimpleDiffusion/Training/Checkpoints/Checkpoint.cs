using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Training.Checkpoints;

/// <summary>What a run needs to go on as if it had never stopped. Randomness is stateless, so there is no generator to save.</summary>
/// <param name="Position">Where the run stands.</param>
/// <param name="Configuration">The run's configuration.</param>
/// <param name="Tensors">Weights, their moving average and Adam's moments.</param>
internal sealed record Checkpoint(RestorePoint Position, ModelConfiguration Configuration, IReadOnlyList<NamedTensor> Tensors);
