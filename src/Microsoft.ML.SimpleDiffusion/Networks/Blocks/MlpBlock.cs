using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>The 'mlp_block' of appendix B.2.1: the embedding scales and shifts the hidden layer. A skip connection enters as it does in a <see cref="ResBlock"/>.</summary>
internal sealed class MlpBlock : nn.Module<Tensor, Tensor, Tensor?, Tensor>, IZeroInitialized
{
    private static readonly double InverseSqrt2 = 1 / Math.Sqrt(2);

    private readonly LayerNorm _norm;
    private readonly LayerNorm? _skipNorm;
    private readonly Linear _expand;
    private readonly Linear _film;
    private readonly Linear _contract;
    private readonly double _dropout;

    public MlpBlock(MlpPlan plan)
        : base(nameof(MlpBlock))
    {
        _norm = this.Add(plan.Norm);
        _skipNorm = plan.SkipNorm is null ? null : this.Add(plan.SkipNorm);
        _expand = this.Add(plan.Expand);
        _film = this.Add(plan.Film);
        _contract = this.Add(plan.Contract);
        _dropout = plan.Dropout;
    }

    /// <inheritdoc/>
    public IEnumerable<nn.Module> ZeroInitialized => [_contract];

    /// <param name="x">Tokens [B, N, C].</param>
    /// <param name="embedding">Embedding of log-SNR and condition [B, E], after its swish.</param>
    /// <param name="skip">Tokens of the way down [B, N, C], or null.</param>
    public override Tensor forward(Tensor x, Tensor embedding, Tensor? skip)
    {
        using var scope = NewDisposeScope();
        var h = Norms.Normalized(_norm, x);
        if (_skipNorm is not null)
        {
            h = (h + Norms.Normalized(_skipNorm, skip ?? throw new ArgumentNullException(nameof(skip)))) * InverseSqrt2;
        }

        h = nn.functional.silu(_expand.forward(h));
        var film = _film.forward(embedding).unsqueeze(1).chunk(2, dim: 2);
        h = addcmul(film[1], h, film[0] + 1, 1);
        if (training && _dropout > 0)
        {
            h = nn.functional.dropout(h, _dropout, training: true);
        }

        return _contract.forward(h).MoveToOuterDisposeScope();
    }
}
