using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Text;

/// <summary>Projects precomputed embeddings to the width that cross-attention sees.</summary>
internal sealed class EmbeddingProjection : TextEncoder
{
    private readonly Linear _project;
    private readonly Embedding _noText;

    public EmbeddingProjection(TextSpecification specification)
        : base(nameof(EmbeddingProjection), specification.Width)
    {
        _project = Layers.Dense(specification.EmbeddingWidth, specification.Width);
        _noText = nn.Embedding(1, specification.Width);
        register_module("project", _project);
        register_module("no_text", _noText);
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
