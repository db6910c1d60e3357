using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>
/// Attention from the image to the text (section 5.2). The paper gives no listing; the norms are those of its 'self_attention'. The text arrives normed.
/// </summary>
internal sealed class CrossAttention : nn.Module<Tensor, Tensor, Tensor, Tensor>, IZeroInitialized
{
    private readonly LayerNorm _norm;
    private readonly Linear _query;
    private readonly Linear _keyValue;
    private readonly LayerNorm _queryNorm;
    private readonly LayerNorm _keyNorm;
    private readonly Linear _output;
    private readonly int _heads;

    public CrossAttention(CrossAttentionPlan plan)
        : base(nameof(CrossAttention))
    {
        _heads = plan.Heads;
        _norm = this.Add(plan.Norm);
        _query = this.Add(plan.Query);
        _keyValue = this.Add(plan.KeyValue);
        _queryNorm = this.Add(plan.QueryNorm);
        _keyNorm = this.Add(plan.KeyNorm);
        _output = this.Add(plan.Output);
    }

    /// <inheritdoc/>
    public IEnumerable<nn.Module> ZeroInitialized => [_output];

    /// <param name="x">Tokens of the image [B, N, C].</param>
    /// <param name="text">Tokens of the text [B, T, W].</param>
    /// <param name="mask">False where the text is padding, Boolean [B, T].</param>
    public override Tensor forward(Tensor x, Tensor text, Tensor mask)
    {
        using var scope = NewDisposeScope();
        long batch = x.shape[0], tokens = x.shape[1], channels = x.shape[2], width = channels / _heads;
        var parts = _keyValue.forward(text).view(batch, text.shape[1], 2, _heads, width).unbind(2);
        var query = Norms.Normalized(_queryNorm, _query.forward(Norms.Normalized(_norm, x)).view(batch, tokens, _heads, width)).transpose(1, 2);
        var key = Norms.Normalized(_keyNorm, parts[0]).transpose(1, 2);
        var value = parts[1].transpose(1, 2);
        var attended = ScaledDotProduct.Attend(query, key, value, mask);
        return _output.forward(attended.transpose(1, 2).reshape(batch, tokens, channels)).MoveToOuterDisposeScope();
    }
}
