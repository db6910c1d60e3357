using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>Halves height and width by 2×2 average pooling (section 3.1), then changes the width by a 1×1 convolution.</summary>
internal sealed class Downsample : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d _conv;

    public Downsample(ResamplingPlan plan)
        : base(nameof(Downsample)) => _conv = this.Add(plan.Conv);

    /// <param name="x">Feature maps [B, C, H, W].</param>
    public override Tensor forward(Tensor x)
    {
        using var pooled = nn.functional.avg_pool2d(x, 2);
        return Convolutions.Convolved(_conv, pooled);
    }
}

/// <summary>
/// Doubles height and width by repeating pixels and changes the width by a 1×1 convolution. The two commute; the convolution comes first
/// because it is then four times cheaper.
/// </summary>
internal sealed class Upsample : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d _conv;

    public Upsample(ResamplingPlan plan)
        : base(nameof(Upsample)) => _conv = this.Add(plan.Conv);

    /// <param name="x">Feature maps [B, C, H, W].</param>
    public override Tensor forward(Tensor x)
    {
        using var h = Convolutions.Convolved(_conv, x);
        return nn.functional.interpolate(h, scale_factor: [2, 2], mode: InterpolationMode.Nearest);
    }
}
