namespace Microsoft.ML.SimpleDiffusion;

/// <summary>Family of the denoising network.</summary>
public enum NetworkArchitecture
{
    /// <summary>A convolutional U-Net around a transformer (section 3.5, appendix B.2).</summary>
    UVit,

    /// <summary>A convolutional U-Net with self-attention at chosen resolutions (appendix B.1).</summary>
    UNet,

    /// <summary>
    /// A U-ViT with one skip connection per level, around all that lies below it, in place of one per block (Hoogeboom et al. 2024, 'Simpler Diffusion'): less
    /// memory, and faster where levels have many blocks.
    /// </summary>
    ResidualUVit,
}
