using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using Microsoft.ML.SimpleDiffusion.Networks.Wavelets;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>Makes of an image fewer pixels with more channels before the network, and back after it (section 3.3).</summary>
internal abstract class Patching : nn.Module
{
    protected Patching(string name)
        : base(name)
    {
    }

    public static Patching Create(PatchingPlan plan) => plan switch
    {
        WaveletPatchingPlan wavelets => new WaveletPatching(wavelets),
        ConvolutionPatchingPlan convolution => new ConvolutionPatching(convolution),
        _ => throw new ArgumentOutOfRangeException(nameof(plan), plan, "Unknown patching."),
    };

    /// <param name="image">[B, C, H, W].</param>
    /// <returns>[B, C p², H / p, W / p] for patches of p×p pixels.</returns>
    public abstract Tensor Patchify(Tensor image);

    /// <param name="patches">[B, C p², H / p, W / p] for patches of p×p pixels.</param>
    /// <returns>[B, C, H, W].</returns>
    public abstract Tensor Unpatchify(Tensor patches);
}

/// <summary>Patching by the 5/3 wavelet of JPEG 2000, 'dwt_1' and 'dwt_2': nothing to learn, nothing lost.</summary>
internal sealed class WaveletPatching(WaveletPatchingPlan plan) : Patching(nameof(WaveletPatching))
{
    /// <inheritdoc/>
    public override Tensor Patchify(Tensor image) => Wavelet53.Forward(image, plan.Levels);

    /// <inheritdoc/>
    public override Tensor Unpatchify(Tensor patches) => Wavelet53.Inverse(patches, plan.Levels);
}

/// <summary>Patching by a p×p convolution with stride p, and an "identically shaped transposed convolutional layer" at the end.</summary>
internal sealed class ConvolutionPatching : Patching
{
    private readonly Conv2d _patchify;
    private readonly ConvTranspose2d _unpatchify;

    public ConvolutionPatching(ConvolutionPatchingPlan plan)
        : base(nameof(ConvolutionPatching))
    {
        _patchify = this.AddStrided(plan.Patchify);
        _unpatchify = this.Add(plan.Unpatchify);
    }

    /// <inheritdoc/>
    public override Tensor Patchify(Tensor image) => Convolutions.Convolved(_patchify, image);

    /// <inheritdoc/>
    public override Tensor Unpatchify(Tensor patches) => Convolutions.Convolved(_unpatchify, patches);
}
