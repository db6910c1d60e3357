namespace Microsoft.ML.SimpleDiffusion;

/// <summary>How a predicted image is kept in the range of pixel values.</summary>
public enum ThresholdingType
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Clipped to [-1, 1] (appendix A).</summary>
    Static,

    /// <summary>Clipped to a quantile of its own absolute values and divided by it (Saharia et al. 2022).</summary>
    Dynamic,
}
