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
