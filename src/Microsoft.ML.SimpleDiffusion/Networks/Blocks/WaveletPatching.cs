using Microsoft.ML.SimpleDiffusion.Networks.Wavelets;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>Patching by the 5/3 wavelet of JPEG 2000, 'dwt_1' and 'dwt_2': nothing to learn, nothing lost.</summary>
internal sealed class WaveletPatching(int levels) : Patching(nameof(WaveletPatching))
{
    /// <inheritdoc/>
    public override Tensor Fold(Tensor image) => Wavelet53.Forward(image, levels);

    /// <inheritdoc/>
    public override Tensor Unfold(Tensor patches) => Wavelet53.Inverse(patches, levels);
}
