using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks;

/// <summary>The 'transformer_block' of appendix B.2.1: MLP first, then self-attention, each with a residual connection.</summary>
internal sealed class TransformerBlock : nn.Module<Tensor, Tensor, Tensor>
{
    public TransformerBlock(int channels, int embeddingChannels, int heads, double dropout)
        : base(nameof(TransformerBlock))
    {
        Mlp = new MlpBlock(channels, embeddingChannels, dropout);
        Attention = new SelfAttention(channels, heads);
        register_module("mlp", Mlp);
        register_module("attention", Attention);
    }

    public MlpBlock Mlp { get; }

    public SelfAttention Attention { get; }

    /// <param name="x">Tokens [B, N, C].</param>
    /// <param name="embedding">Embedding of log-SNR and condition [B, E], after its swish.</param>
    public override Tensor forward(Tensor x, Tensor embedding)
    {
        using var scope = NewDisposeScope();
        x = x + Mlp.forward(x, embedding);
        return (x + Attention.forward(x)).MoveToOuterDisposeScope();
    }
}
