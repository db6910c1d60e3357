namespace Microsoft.ML.SimpleDiffusion;

/// <summary>What the network predicts (section 2).</summary>
public enum PredictionType
{
    /// <summary>v = alpha epsilon - sigma x (Salimans and Ho 2022).</summary>
    V,

    /// <summary>The noise epsilon.</summary>
    Epsilon,

    /// <summary>The clean image x.</summary>
    X,
}
