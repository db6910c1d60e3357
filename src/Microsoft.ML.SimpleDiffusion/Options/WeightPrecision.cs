namespace Microsoft.ML.SimpleDiffusion;

/// <summary>How many bytes a weight takes in a file.</summary>
public enum WeightPrecision
{
    /// <summary>Four: the weights as they are.</summary>
    Float32,

    /// <summary>
    /// Two (IEEE half): 11 significant bits in place of 24. For models to hand on; a training that starts from one starts from weights so rounded.
    /// </summary>
    Float16,
}
