using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>The residual block of appendix B.2.1, 'resnet_block', with an optional skip connection and optional dropout.</summary>
internal sealed class ResBlock : StageBlock, IZeroInitialized
{
    private static readonly double InverseSqrt2 = 1 / Math.Sqrt(2);

    private readonly GroupNorm _norm1;
    private readonly GroupNorm? _skipNorm;
    private readonly Conv2d _conv1;
    private readonly Linear _film;
    private readonly GroupNorm _norm2;
    private readonly Conv2d _conv2;
    private readonly double _dropout;

    public ResBlock(ResBlockPlan plan)
        : base(nameof(ResBlock))
    {
        _norm1 = this.Add(plan.Norm1);
        _skipNorm = plan.SkipNorm is null ? null : this.Add(plan.SkipNorm);
        _conv1 = this.Add(plan.Conv1);
        _film = this.Add(plan.Film);
        _norm2 = this.Add(plan.Norm2);
        _conv2 = this.Add(plan.Conv2);
        _dropout = plan.Dropout;
    }

    /// <inheritdoc/>
    public IEnumerable<nn.Module> ZeroInitialized => [_conv2];

    /// <inheritdoc/>
    public override Tensor forward(Tensor x, BlockContext context, Tensor? skip)
    {
        using var scope = NewDisposeScope();
        var h = _skipNorm is null ? Norms.Normalized(_norm1, x) : NormalizeWithSkip(x, skip ?? throw new ArgumentNullException(nameof(skip)));
        h = Convolutions.Convolved(_conv1, nn.functional.silu(h));
        h = nn.functional.silu(Norms.Modulated(_norm2, h, _film.forward(context.Embedding)));
        if (training && _dropout > 0)
        {
            h = nn.functional.dropout(h, _dropout, training: true);
        }

        return (x + Convolutions.Convolved(_conv2, h)).MoveToOuterDisposeScope();
    }

    /// <summary>(norm(x) + norm(skip)) / √2.</summary>
    private Tensor NormalizeWithSkip(Tensor x, Tensor skip)
    {
        using var scope = NewDisposeScope();
        return (Norms.Scaled(_norm1, x, InverseSqrt2) + Norms.Scaled(_skipNorm!, skip, InverseSqrt2)).MoveToOuterDisposeScope();
    }
}
