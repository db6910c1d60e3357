using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>The 'self_attention' of appendix B.2.1, with normalised queries and keys.</summary>
internal sealed class SelfAttention : nn.Module<Tensor, Tensor?, Tensor>, IZeroInitialized
{
    private readonly LayerNorm _norm;
    private readonly Linear _queryKeyValue;
    private readonly LayerNorm _queryNorm;
    private readonly LayerNorm _keyNorm;
    private readonly Linear _output;
    private readonly int _heads;

    public SelfAttention(SelfAttentionPlan plan)
        : base(nameof(SelfAttention))
    {
        _heads = plan.Heads;
        _norm = this.Add(plan.Norm);
        _queryKeyValue = this.Add(plan.QueryKeyValue);
        _queryNorm = this.Add(plan.QueryNorm);
        _keyNorm = this.Add(plan.KeyNorm);
        _output = this.Add(plan.Output);
    }

    /// <inheritdoc/>
    public IEnumerable<nn.Module> ZeroInitialized => [_output];

    /// <param name="x">Tokens [B, N, C].</param>
    /// <param name="mask">False for tokens that are padding, Boolean [B, N]; null where none is.</param>
    public override Tensor forward(Tensor x, Tensor? mask)
    {
        using var scope = NewDisposeScope();
        long batch = x.shape[0], tokens = x.shape[1], channels = x.shape[2];

        // One product for queries, keys and values: [B, N, 3C] -> three times [B, heads, N, C / heads].
        var parts = _queryKeyValue.forward(Norms.Normalized(_norm, x)).view(batch, tokens, 3, _heads, channels / _heads).unbind(2);
        var query = Norms.Normalized(_queryNorm, parts[0]).transpose(1, 2);
        var key = Norms.Normalized(_keyNorm, parts[1]).transpose(1, 2);
        var value = parts[2].transpose(1, 2);

        // Softmax of the products over sqrt(C / heads), as in the paper's listing.
        var attended = ScaledDotProduct.Attend(query, key, value, mask);
        return _output.forward(attended.transpose(1, 2).reshape(batch, tokens, channels)).MoveToOuterDisposeScope();
    }
}
