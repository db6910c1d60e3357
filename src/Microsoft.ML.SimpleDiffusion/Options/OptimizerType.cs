namespace Microsoft.ML.SimpleDiffusion;

/// <summary>What turns gradients into steps.</summary>
public enum OptimizerType
{
    /// <summary>Adam, as in the paper (Kingma and Ba 2015).</summary>
    Adam,

    /// <summary>
    /// Muon (Jordan et al. 2024) for the matrices and convolutions between hidden features, and Adam for all else: input and output layers, embeddings,
    /// modulation, norms and biases. Its steps are as long as Adam's (Liu et al. 2025), so that learning rates carry over.
    /// </summary>
    Muon,
}
