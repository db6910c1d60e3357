using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using Microsoft.ML.SimpleDiffusion.Onnx.Format;
using static Microsoft.ML.SimpleDiffusion.Onnx.Export.WeightSource;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Export;

/// <summary>Writes residual and transformer blocks.</summary>
/// <param name="layers">Writes their layers.</param>
/// <param name="attention">Writes their attention.</param>
internal sealed class BlockEmitter(LayerEmitter layers, AttentionEmitter attention)
{
    private static readonly double InverseSqrt2 = 1 / Math.Sqrt(2);

    private OnnxGraph Graph => layers.Graph;

    /// <summary>A block of a level.</summary>
    /// <param name="x">Feature maps [N, C, H, W].</param>
    /// <param name="plan">The block.</param>
    /// <param name="within">Name of what it is a part of.</param>
    /// <param name="size">Height and width.</param>
    /// <param name="context">What steers it.</param>
    /// <param name="skip">Feature maps of the way down, or null.</param>
    public string Stage(string x, StageBlockPlan plan, string within, MapSize size, EmitterContext context, string? skip) => plan switch
    {
        ResBlockPlan block => Residual(x, block, within, size, context, skip),
        SpatialTransformerPlan block => attention.ToMaps(
            Transformer(attention.ToTokens(x), block.Transformer, Join(within, block), context, skip is null ? null : attention.ToTokens(skip)), block.Transformer.Mlp.Width, size),
        _ => throw new ArgumentOutOfRangeException(nameof(plan), plan, "Unknown block."),
    };

    /// <inheritdoc cref="Stage" path="/param"/>
    public string Residual(string x, ResBlockPlan plan, string within, MapSize size, EmitterContext context, string? skip)
    {
        string name = Join(within, plan);
        string h = plan.SkipNorm is null
            ? layers.GroupNorm(x, plan.Norm1, name, size)
            : layers.Add(layers.GroupNorm(x, plan.Norm1, name, size, InverseSqrt2), layers.GroupNorm(Required(skip), plan.SkipNorm, name, size, InverseSqrt2));
        h = layers.Conv(layers.Silu(h), plan.Conv1, name);
        h = layers.Silu(layers.ModulatedNorm(h, plan.Norm2, name, size, layers.Film(context.Embedding, plan.Film, name)));
        return layers.Add(x, layers.Conv(h, plan.Conv2, name));
    }

    /// <param name="x">Tokens [N, T, C].</param>
    /// <param name="plan">The block.</param>
    /// <param name="within">Name of what it is a part of.</param>
    /// <param name="context">What steers it.</param>
    /// <param name="skip">Tokens of the way down, or null.</param>
    public string Transformer(string x, TransformerBlockPlan plan, string within, EmitterContext context, string? skip)
    {
        string name = Join(within, plan);
        x = layers.Add(x, Mlp(x, plan.Mlp, name, context, skip));
        x = layers.Add(x, attention.Self(x, plan.Attention, name));
        return plan.CrossAttention is null ? x : layers.Add(x, attention.Cross(x, plan.CrossAttention, name, context));
    }

    private string Mlp(string x, MlpPlan plan, string within, EmitterContext context, string? skip)
    {
        string name = Join(within, plan);
        string h = plan.SkipNorm is null
            ? layers.LayerNorm(x, plan.Norm, name)
            : layers.Add(layers.LayerNorm(x, plan.Norm, name, InverseSqrt2), layers.LayerNorm(Required(skip), plan.SkipNorm, name, InverseSqrt2));
        h = layers.Silu(layers.Dense(h, plan.Expand, name));
        var film = layers.Film(context.Embedding, plan.Film, name);
        h = layers.Affine(h, Graph.Op("Unsqueeze", [film.Factor, Graph.Ints(1)]), Graph.Op("Unsqueeze", [film.Shift, Graph.Ints(1)]));
        return layers.Dense(h, plan.Contract, name);
    }

    private static string Required(string? skip) => skip ?? throw new InvalidOperationException("A block needs a skip connection.");
}
