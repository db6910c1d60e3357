using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>'ProjectOutput' of appendix B.2.1: norm, swish, and a 3×3 convolution that starts at zero.</summary>
internal sealed class OutputProjection : nn.Module<Tensor, Tensor>, IZeroInitialized
{
    private readonly GroupNorm _norm;
    private readonly Conv2d _conv;

    public OutputProjection(int inputs, int outputs)
        : base(nameof(OutputProjection))
    {
        _norm = Layers.Normalize(inputs);
        _conv = Layers.Conv(inputs, outputs, 3);
        register_module("norm", _norm);
        register_module("conv", _conv);
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
