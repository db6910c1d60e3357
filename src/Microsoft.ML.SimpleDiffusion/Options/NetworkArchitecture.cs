namespace Microsoft.ML.SimpleDiffusion;

/// <summary>Family of the denoising network.</summary>
public enum NetworkArchitecture
{
    /// <summary>A convolutional U-Net around a transformer (section 3.5, appendix B.2).</summary>
    UVit,

    /// <summary>A convolutional U-Net with self-attention at chosen resolutions (appendix B.1).</summary>
    UNet,
}
