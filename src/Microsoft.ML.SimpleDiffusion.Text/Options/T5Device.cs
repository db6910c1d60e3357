namespace Microsoft.ML.SimpleDiffusion.Text;

/// <summary>Where the T5 encoder computes.</summary>
public enum T5Device
{
    /// <summary>The GPU if the application brings the GPU build of ONNX Runtime and a GPU is present, else the CPU.</summary>
    Auto,

    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>An NVIDIA GPU.</summary>
    Cuda,
}
