using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>Halves height and width by 2×2 average pooling (section 3.1), then changes the width by a 1×1 convolution.</summary>
internal sealed class Downsample : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d _conv;

    public Downsample(int inputs, int outputs)
        : base(nameof(Downsample))
    {
        _conv = Layers.Conv(inputs, outputs, 1);
        register_module("conv", _conv);
    }

    /// <param name="x">Feature maps [B, C, H, W].</param>
    public override Tensor forward(Tensor x)
    {
        using var pooled = nn.functional.avg_pool2d(x, 2);
        return _conv.forward(pooled);
    }
}
