using Microsoft.ML.SimpleDiffusion.Networks;

namespace Microsoft.ML.SimpleDiffusion.Training.Checkpoints;

/// <summary>Holds the weights of the best evaluation so far.</summary>
internal interface IBestWeights : IDisposable
{
    /// <summary>Takes a copy of a network's weights in place of those held.</summary>
    /// <param name="step">Optimizer steps that they have seen.</param>
    /// <param name="network">The network.</param>
    void Keep(long step, DenoisingNetwork network);

    /// <summary>Why the weights of a step cannot be given back, or null if they can.</summary>
    /// <param name="step">Optimizer steps that they have seen.</param>
    /// <param name="network">A network with as many. It is not changed.</param>
    string? FindProblem(long step, DenoisingNetwork network);

    /// <summary>Copies the weights that are held into a network.</summary>
    void CopyTo(DenoisingNetwork network);
}
