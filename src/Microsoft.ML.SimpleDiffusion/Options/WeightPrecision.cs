namespace Microsoft.ML.SimpleDiffusion;

/// <summary>How many bytes a weight takes in a file.</summary>
public enum WeightPrecision
{
    /// <summary>Four: the weights as they are.</summary>
    Float32,

    /// <summary>
    /// Two (IEEE half): 11 significant bits, so that generated images differ by about as much as those of bfloat16 do from those of float32, and less. For models to hand
    /// on; training goes on from them with what they have lost.
    /// </summary>
    Float16,
}
