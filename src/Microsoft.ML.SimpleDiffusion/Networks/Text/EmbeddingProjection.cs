using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Text;

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
