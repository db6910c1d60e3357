using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>Patching by a p×p convolution with stride p, and an "identically shaped transposed convolutional layer" at the end.</summary>
internal sealed class ConvolutionPatching : Patching
{
    private readonly Conv2d _fold;
    private readonly ConvTranspose2d _unfold;

    public ConvolutionPatching(int imageChannels, int patchedChannels, int patchSize)
        : base(nameof(ConvolutionPatching))
    {
        _fold = nn.Conv2d(imageChannels, patchedChannels, patchSize, stride: patchSize);
        _unfold = nn.ConvTranspose2d(patchedChannels, imageChannels, patchSize, stride: patchSize);
        register_module("fold", _fold);
        register_module("unfold", _unfold);
    }

    /// <inheritdoc/>
    public override Tensor Fold(Tensor image) => _fold.forward(image);

    /// <inheritdoc/>
    public override Tensor Unfold(Tensor patches) => _unfold.forward(patches);
}
