namespace Microsoft.ML.SimpleDiffusion.Onnx;

/// <summary>Where ONNX Runtime computes.</summary>
public enum OnnxDevice
{
    /// <summary>The GPU if the application brings the GPU build of ONNX Runtime and a GPU is present, else the CPU.</summary>
    Auto,

    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>An NVIDIA GPU.</summary>
    Cuda,
}
