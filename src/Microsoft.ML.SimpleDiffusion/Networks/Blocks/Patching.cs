using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>Folds an image into fewer pixels with more channels before the network, and back after it (section 3.3).</summary>
internal abstract class Patching : nn.Module
{
    protected Patching(string name)
        : base(name)
    {
    }

    /// <summary>The patching that a specification asks for, or null for none.</summary>
    public static Patching? Create(NetworkSpecification specification) => specification.Patching switch
    {
        PatchingType.None => null,
        PatchingType.Dwt => new WaveletPatching(specification.PatchLevels),
        PatchingType.Convolution => new ConvolutionPatching(specification.ImageChannels, specification.PatchedChannels, specification.PatchSize),
        _ => throw new ArgumentOutOfRangeException(nameof(specification), specification.Patching, "Patching must be chosen by now."),
    };

    /// <param name="image">[B, C, H, W].</param>
    /// <returns>[B, C p², H / p, W / p] for patches of p×p pixels.</returns>
    public abstract Tensor Fold(Tensor image);

    /// <param name="patches">[B, C p², H / p, W / p] for patches of p×p pixels.</param>
    /// <returns>[B, C, H, W].</returns>
    public abstract Tensor Unfold(Tensor patches);
}
