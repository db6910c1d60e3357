using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using Microsoft.ML.SimpleDiffusion.Onnx.Format;
using static Microsoft.ML.SimpleDiffusion.Onnx.Export.WeightSource;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Export;

/// <summary>Writes attention.</summary>
/// <param name="layers">Writes its layers.</param>
internal sealed class AttentionEmitter(LayerEmitter layers)
{
    private OnnxGraph Graph => layers.Graph;

    /// <summary>Attention of tokens to each other.</summary>
    /// <param name="x">Tokens [N, T, C].</param>
    /// <param name="plan">The block.</param>
    /// <param name="within">Name of what it is a part of.</param>
    /// <param name="bias">What is added to the products [N, 1, 1, T], or null.</param>
    public string Self(string x, SelfAttentionPlan plan, string within, string? bias = null)
    {
        string name = Join(within, plan);
        string[] parts = Graph.Split(layers.Dense(layers.LayerNorm(x, plan.Norm, name), plan.QueryKeyValue, name), 2, plan.Width, plan.Width, plan.Width);
        string query = Normalized(parts[0], plan.QueryNorm, name, plan.Heads, Scale(plan.Width / plan.Heads)), key = Normalized(parts[1], plan.KeyNorm, name, plan.Heads);
        return layers.Dense(Attend(query, key, Heads(parts[2], plan.Heads, plan.Width), plan.Width, bias), plan.Output, name);
    }

    /// <summary>Attention of the image to the text.</summary>
    /// <param name="x">Tokens of the image [N, T, C].</param>
    /// <param name="plan">The block.</param>
    /// <param name="within">Name of what it is a part of.</param>
    /// <param name="context">The text.</param>
    public string Cross(string x, CrossAttentionPlan plan, string within, EmitterContext context)
    {
        string name = Join(within, plan);
        string[] parts = Graph.Split(layers.Dense(context.Text!, plan.KeyValue, name), 2, plan.Width, plan.Width);
        string asked = layers.Dense(layers.LayerNorm(x, plan.Norm, name), plan.Query, name);
        string query = Normalized(asked, plan.QueryNorm, name, plan.Heads, Scale(plan.Width / plan.Heads)), key = Normalized(parts[0], plan.KeyNorm, name, plan.Heads);
        return layers.Dense(Attend(query, key, Heads(parts[1], plan.Heads, plan.Width), plan.Width, context.TextBias), plan.Output, name);
    }

    /// <summary>Attention of the pixels of feature maps to each other, then to the text.</summary>
    /// <param name="x">Feature maps [N, C, H, W].</param>
    /// <param name="plan">The block.</param>
    /// <param name="within">Name of what it is a part of.</param>
    /// <param name="size">Height and width.</param>
    /// <param name="context">The text.</param>
    public string Spatial(string x, SpatialAttentionPlan plan, string within, MapSize size, EmitterContext context)
    {
        string name = Join(within, plan);
        string tokens = ToTokens(x);
        string h = Self(tokens, plan.Self, name);
        if (plan.Cross is not null)
        {
            h = layers.Add(h, Cross(layers.Add(tokens, h), plan.Cross, name, context));
        }

        return layers.Add(x, ToMaps(h, plan.Self.Width, size));
    }

    /// <summary>[N, C, H, W] to [N, H W, C].</summary>
    public string ToTokens(string maps) => Graph.Transpose(Graph.Reshape(maps, 0, 0, -1), 0, 2, 1);

    /// <summary>[N, H W, C] to [N, C, H, W].</summary>
    public string ToMaps(string tokens, int channels, MapSize size) => Graph.Reshape(Graph.Transpose(tokens, 0, 2, 1), 0, channels, size.Height, size.Width);

    /// <summary>What is added to products so that nobody attends to padding: 0 where there is a token, hugely negative where not.</summary>
    /// <param name="mask">Float32 [N, T], 1 where there is a token.</param>
    /// <returns>[N, 1, 1, T].</returns>
    public string PaddingBias(string mask)
    {
        const float HardlyAnything = -1e30f;
        string absent = Graph.Op("Sub", [Graph.Scalar(1), mask]);
        return Graph.Op("Unsqueeze", [Graph.Op("Mul", [absent, Graph.Scalar(HardlyAnything)]), Graph.Ints(1, 2)]);
    }

    private static double Scale(int width) => 1 / Math.Sqrt(width);

    /// <summary>softmax(query keyᵀ + bias) value, for queries that are scaled already.</summary>
    /// <param name="query">[N, heads, T, d].</param>
    /// <param name="key">[N, heads, S, d].</param>
    /// <param name="value">[N, heads, S, d].</param>
    /// <param name="width">heads · d.</param>
    /// <param name="bias">[N, 1, 1, S], or null.</param>
    /// <returns>[N, T, heads · d].</returns>
    private string Attend(string query, string key, string value, int width, string? bias)
    {
        string products = layers.Product(query, Graph.Transpose(key, 0, 1, 3, 2));
        products = bias is null ? products : layers.Add(products, bias);
        string attended = layers.Product(Graph.Op("Softmax", [products], new OnnxAttribute("axis", -1)), value);
        return Graph.Reshape(Graph.Transpose(attended, 0, 2, 1, 3), 0, 0, width);
    }

    /// <summary>Normalised queries or keys [N, heads, T, d] of [N, T, C].</summary>
    private string Normalized(string x, LayerNormPlan plan, string within, int heads, double scale = 1)
        => Graph.Transpose(layers.LayerNorm(Graph.Reshape(x, 0, 0, heads, plan.Channels), plan, within, scale), 0, 2, 1, 3);

    /// <summary>[N, T, C] to [N, heads, T, d].</summary>
    private string Heads(string x, int heads, int width) => Graph.Transpose(Graph.Reshape(x, 0, 0, heads, width / heads), 0, 2, 1, 3);
}

/// <summary>What steers the blocks of a network.</summary>
/// <param name="Embedding">Embedding of log-SNR and condition [N, E], after its swish.</param>
/// <param name="Text">Tokens of the text [N, T, W], or null.</param>
/// <param name="TextBias">What keeps attention away from its padding [N, 1, 1, T], or null.</param>
internal readonly record struct EmitterContext(string Embedding, string? Text, string? TextBias);
