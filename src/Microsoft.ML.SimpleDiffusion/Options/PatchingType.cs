namespace Microsoft.ML.SimpleDiffusion;

/// <summary>How an image is folded into fewer pixels with more channels, "avoiding high resolution feature maps" (section 3.3).</summary>
public enum PatchingType
{
    /// <summary>None below 128 pixels, the wavelet transform from 128 pixels up.</summary>
    Auto,

    /// <summary>No patching: the network sees every pixel.</summary>
    None,

    /// <summary>The invertible 5/3 wavelet of JPEG 2000.</summary>
    Dwt,

    /// <summary>A learned convolution with stride, and a transposed one at the end.</summary>
    Convolution,
}
