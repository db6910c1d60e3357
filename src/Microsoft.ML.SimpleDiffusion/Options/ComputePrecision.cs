namespace Microsoft.ML.SimpleDiffusion;

/// <summary>Precision of the matrix products. Weights, norms, schedule and loss are float32 in any case.</summary>
public enum ComputePrecision
{
    /// <summary>bfloat16 where the hardware multiplies it faster than float32, else float32.</summary>
    Auto,

    /// <summary>32-bit floating point.</summary>
    Float32,

    /// <summary>bfloat16 mixed precision.</summary>
    BFloat16,
}
