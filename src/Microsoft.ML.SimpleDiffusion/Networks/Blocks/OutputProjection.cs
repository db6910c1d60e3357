using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>'ProjectOutput' of appendix B.2.1: norm, swish, and a 3×3 convolution that starts at zero.</summary>
internal sealed class OutputProjection : nn.Module<Tensor, Tensor>, IZeroInitialized
{
    private readonly GroupNorm _norm;
    private readonly Conv2d _conv;

    public OutputProjection(OutputPlan plan)
        : base(nameof(OutputProjection))
    {
        _norm = this.Add(plan.Norm);
        _conv = this.Add(plan.Conv);
    }

    /// <inheritdoc/>
    public nn.Module ZeroInitialized => _conv;

    /// <param name="x">Feature maps [B, C, H, W].</param>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return _conv.forward(nn.functional.silu(Norms.Normalized(_norm, x))).MoveToOuterDisposeScope();
    }
}
