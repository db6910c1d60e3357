using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>
/// Doubles height and width by repeating pixels and changes the width by a 1×1 convolution. The two commute; the convolution comes first
/// because it is then four times cheaper.
/// </summary>
internal sealed class Upsample : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d _conv;

    public Upsample(int inputs, int outputs)
        : base(nameof(Upsample))
    {
        _conv = Layers.Conv(inputs, outputs, 1);
        register_module("conv", _conv);
    }

    /// <param name="x">Feature maps [B, C, H, W].</param>
    public override Tensor forward(Tensor x)
    {
        using var h = _conv.forward(x);
        return nn.functional.interpolate(h, scale_factor: [2, 2], mode: InterpolationMode.Nearest);
    }
}
