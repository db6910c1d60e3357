using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks;

/// <summary>The 'mlp_block' of appendix B.2.1: the embedding scales and shifts the hidden layer.</summary>
internal sealed class MlpBlock : nn.Module<Tensor, Tensor, Tensor>, IZeroInitialized
{
    private const int ExpansionFactor = 4;

    private readonly LayerNorm _norm;
    private readonly Linear _expand;
    private readonly Linear _film;
    private readonly Linear _contract;
    private readonly double _dropout;

    public MlpBlock(int channels, int embeddingChannels, double dropout)
        : base(nameof(MlpBlock))
    {
        int hidden = ExpansionFactor * channels;
        _norm = nn.LayerNorm(channels, bias: false);
        _expand = Layers.Dense(channels, hidden);
        _film = Layers.Dense(embeddingChannels, 2 * hidden);
        _contract = Layers.Dense(hidden, channels);
        _dropout = dropout;

        register_module("norm", _norm);
        register_module("expand", _expand);
        register_module("film", _film);
        register_module("contract", _contract);
    }

    /// <inheritdoc/>
    public nn.Module ZeroInitialized => _contract;

    /// <param name="x">Tokens [B, N, C].</param>
    /// <param name="embedding">Embedding of log-SNR and condition [B, E], after its swish.</param>
    public override Tensor forward(Tensor x, Tensor embedding)
    {
        using var scope = NewDisposeScope();
        var h = nn.functional.silu(_expand.forward(_norm.forward(x)));
        var film = _film.forward(embedding).unsqueeze(1).chunk(2, dim: 2);
        h = addcmul(film[1], h, film[0] + 1, 1);
        if (training && _dropout > 0)
        {
            h = nn.functional.dropout(h, _dropout, training: true);
        }

        return _contract.forward(h).MoveToOuterDisposeScope();
    }
}
