namespace Microsoft.ML.SimpleDiffusion;

/// <summary>How the learning rate goes on after the warm-up.</summary>
public enum LearningRateDecay
{
    /// <summary>It stays at its peak, as in the paper.</summary>
    Constant,

    /// <summary>It falls to zero along half a cosine at the last step, which suits short runs.</summary>
    Cosine,
}
