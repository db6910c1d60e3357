using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Text;

/// <summary>
/// Makes of each text what the denoising network sees of it. The paper's encoder is a frozen T5 XXL (section 3.6); here it is small and trained jointly, or
/// the tokens come from any encoder as precomputed embeddings.
/// </summary>
internal abstract class TextEncoder : nn.Module<TextInput, EncodedText>
{
    private readonly LayerNorm _norm;

    protected TextEncoder(string name, TextEncoderPlan plan)
        : base(name) => _norm = this.Add(plan.Norm);

    public static TextEncoder Create(TextEncoderPlan plan) => plan switch
    {
        ByteEncoderPlan bytes => new ByteEncoder(bytes),
        EmbeddingProjectionPlan projection => new EmbeddingProjection(projection),
        _ => throw new ArgumentOutOfRangeException(nameof(plan), plan, "Unknown text encoder."),
    };

    /// <param name="text">The texts of a batch. Padding changes nothing of the result but its length.</param>
    public sealed override EncodedText forward(TextInput text)
    {
        using var scope = NewDisposeScope();
        var tokens = Norms.Normalized(_norm, ForwardTokens(text));
        var encoded = new EncodedText(tokens, text.Mask.alias(), MaskedMean(tokens, text.Mask));
        return encoded.Map(tensor => tensor.MoveToOuterDisposeScope());
    }

    /// <returns>Tokens before the last norm [B, T, W].</returns>
    protected abstract Tensor ForwardTokens(TextInput text);

    /// <summary>Mean over the tokens that are no padding.</summary>
    /// <param name="tokens">[B, T, W].</param>
    /// <param name="mask">Boolean [B, T].</param>
    /// <returns>[B, W].</returns>
    internal static Tensor MaskedMean(Tensor tokens, Tensor mask)
    {
        using var scope = NewDisposeScope();
        var weights = mask.unsqueeze(-1).to(tokens.dtype);
        return ((tokens * weights).sum(1) / weights.sum(1)).MoveToOuterDisposeScope();
    }
}

/// <summary>A small transformer over the bytes of a text, with norms before its blocks.</summary>
internal sealed class ByteEncoder : TextEncoder
{
    private readonly Embedding _tokens;
    private readonly Embedding _positions;
    private readonly ModuleList<TextBlock> _blocks;

    public ByteEncoder(ByteEncoderPlan plan)
        : base(nameof(ByteEncoder), plan)
    {
        _tokens = this.Add(plan.TokenTable);
        _positions = this.Add(plan.PositionTable);
        _blocks = this.Add(plan.Blocks, block => new TextBlock(block));
    }

    /// <inheritdoc/>
    protected override Tensor ForwardTokens(TextInput text)
    {
        using var scope = NewDisposeScope();
        var h = _tokens.forward(text.Tokens) + _positions.weight!.narrow(0, 0, text.Tokens.shape[1]);
        foreach (var block in _blocks)
        {
            h = block.forward(h, text.Mask);
        }

        return h.MoveToOuterDisposeScope();
    }
}

/// <summary>Projects precomputed embeddings to the width that cross-attention sees.</summary>
internal sealed class EmbeddingProjection : TextEncoder
{
    private readonly Linear _project;
    private readonly Embedding _noText;

    public EmbeddingProjection(EmbeddingProjectionPlan plan)
        : base(nameof(EmbeddingProjection), plan)
    {
        _project = this.Add(plan.Project);
        _noText = this.Add(plan.NoText);
    }

    /// <inheritdoc/>
    protected override Tensor ForwardTokens(TextInput text)
    {
        using var scope = NewDisposeScope();
        var tokens = _project.forward(text.Tokens);
        var hasNoText = text.Tokens.narrow(1, 0, 1).eq(0).all(2, keepdim: true);
        return where(hasNoText, _noText.weight!.to(tokens.dtype), tokens).MoveToOuterDisposeScope();
    }
}

/// <summary>One block of the text encoder: self-attention, then an MLP, each with a norm before it and a residual connection.</summary>
internal sealed class TextBlock : nn.Module<Tensor, Tensor, Tensor>, IZeroInitialized
{
    private readonly SelfAttention _attention;
    private readonly LayerNorm _norm;
    private readonly Linear _expand;
    private readonly Linear _contract;

    public TextBlock(TextBlockPlan plan)
        : base(nameof(TextBlock))
    {
        _attention = this.Register(plan.Attention, new SelfAttention(plan.Attention));
        _norm = this.Add(plan.Norm);
        _expand = this.Add(plan.Expand);
        _contract = this.Add(plan.Contract);
    }

    /// <inheritdoc/>
    public IEnumerable<nn.Module> ZeroInitialized => [_contract];

    /// <param name="x">Tokens [B, T, W].</param>
    /// <param name="mask">False where there is padding, Boolean [B, T].</param>
    public override Tensor forward(Tensor x, Tensor mask)
    {
        using var scope = NewDisposeScope();
        x = x + _attention.forward(x, mask);
        return (x + _contract.forward(nn.functional.silu(_expand.forward(Norms.Normalized(_norm, x))))).MoveToOuterDisposeScope();
    }
}
