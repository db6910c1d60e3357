namespace Microsoft.ML.SimpleDiffusion.Onnx;

/// <summary>What an exported network computes its products in.</summary>
public enum OnnxPrecision
{
    /// <summary>Single precision. For CPUs, and wherever it is fast enough.</summary>
    Float32,

    /// <summary>
    /// Half precision for the products of convolutions, dense layers and attention, whose weights are halved, and single precision for all else. For GPUs: CPUs
    /// are slower with it.
    /// </summary>
    Float16,
}
