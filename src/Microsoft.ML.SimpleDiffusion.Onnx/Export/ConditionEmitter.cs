using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using Microsoft.ML.SimpleDiffusion.Onnx.Format;
using static Microsoft.ML.SimpleDiffusion.Onnx.Export.WeightSource;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Export;

/// <summary>Writes what steers a network: the embedding of log-SNR and condition, and the text encoder.</summary>
/// <param name="layers">Writes layers.</param>
/// <param name="attention">Writes attention.</param>
internal sealed class ConditionEmitter(LayerEmitter layers, AttentionEmitter attention)
{
    private const double TimeScale = 1000;

    private OnnxGraph Graph => layers.Graph;

    /// <summary>The embedding, and the text beside it.</summary>
    /// <param name="plan">The embedding.</param>
    /// <param name="logSnrMin">Lowest log-SNR of the noise schedule.</param>
    /// <param name="logSnrMax">Highest log-SNR of the noise schedule.</param>
    /// <param name="inputs">Inputs of the network.</param>
    public EmitterContext Embed(EmbeddingPlan plan, double logSnrMin, double logSnrMax, NetworkInputs inputs)
    {
        string h = layers.VectorDense(Sinusoids(Scaled(inputs.LogSnr, logSnrMin, TimeScale / (logSnrMax - logSnrMin)), plan.Features), plan.Dense1, plan.Name);
        h = layers.VectorDense(layers.Silu(h), plan.Dense2, plan.Name);
        h = plan.Classes is null ? h : layers.Add(h, layers.Lookup(inputs.Class!, plan.Classes, plan.Name));
        h = plan.Portrait is null ? h : layers.Add(h, layers.Lookup(inputs.Portrait!, plan.Portrait, plan.Name));
        h = plan.Guidance is null ? h : layers.Add(h, layers.VectorDense(Sinusoids(Scaled(inputs.GuidanceScale!, 1, ConditionEmbedding.GuidanceUnit), plan.Features), plan.Guidance, plan.Name));
        if (plan.Text is null)
        {
            return new EmitterContext(layers.Silu(h), null, null);
        }

        string mask = Graph.Cast(inputs.TextMask!, ElementType.Float32);
        h = layers.Add(h, layers.VectorDense(MaskedMean(inputs.Text!, mask), plan.Text, plan.Name));
        return new EmitterContext(layers.Silu(h), inputs.Text, attention.PaddingBias(mask));
    }

    /// <summary>The encoder of captions or embeddings.</summary>
    /// <param name="plan">The encoder.</param>
    /// <param name="text">Tokens as int64 [N, T], or embeddings as float32 [N, T, D].</param>
    /// <param name="mask">Boolean [N, T], true where there is a token.</param>
    /// <returns>[N, T, W].</returns>
    public string Encode(TextEncoderPlan plan, string text, string mask)
    {
        string h = plan switch
        {
            ByteEncoderPlan bytes => EncodeBytes(bytes, text, attention.PaddingBias(Graph.Cast(mask, ElementType.Float32))),
            EmbeddingProjectionPlan projection => Project(projection, text),
            _ => throw new ArgumentOutOfRangeException(nameof(plan), plan, "Unknown text encoder."),
        };
        return layers.LayerNorm(h, plan.Norm, plan.Name);
    }

    private string EncodeBytes(ByteEncoderPlan plan, string tokens, string bias)
    {
        string length = Graph.Op("Slice", [Graph.Op("Shape", [tokens]), Graph.Ints(1), Graph.Ints(2)]);
        string positions = layers.Weight($"{Join(plan.Name, plan.PositionTable)}.weight", plan.MaxLength, plan.Width);
        string h = layers.Add(layers.Lookup(tokens, plan.TokenTable, plan.Name), Graph.Op("Slice", [positions, Graph.Ints(0), length, Graph.Ints(0)]));
        string blocks = Join(plan.Name, plan.Blocks);
        foreach (var block in plan.Blocks.Items)
        {
            string name = Join(blocks, block);
            h = layers.Add(h, attention.Self(h, block.Attention, name, bias));
            h = layers.Add(h, layers.Dense(layers.Silu(layers.Dense(layers.LayerNorm(h, block.Norm, name), block.Expand, name)), block.Contract, name));
        }

        return h;
    }

    /// <summary>Projected embeddings, or the learned token of no text where the first embedding is all zeros.</summary>
    private string Project(EmbeddingProjectionPlan plan, string embeddings)
    {
        string first = Graph.Op("Slice", [embeddings, Graph.Ints(0), Graph.Ints(1), Graph.Ints(1)]);
        string largest = Graph.Op("ReduceMax", [Graph.Op("Abs", [first])], new("axes", [2]), new("keepdims", 1));
        string isNoText = Graph.Op("Equal", [largest, Graph.Scalar(0)]);
        string noText = layers.Weight($"{Join(plan.Name, plan.NoText)}.weight", 1, plan.Width);
        return Graph.Op("Where", [isNoText, noText, layers.Dense(embeddings, plan.Project, plan.Name)]);
    }

    /// <summary>(x - least) times a factor.</summary>
    private string Scaled(string x, double least, double factor) => Graph.Op("Mul", [Graph.Op("Sub", [x, Graph.Scalar((float)least)]), Graph.Scalar((float)factor)]);

    /// <summary>Sines, then cosines, of numbers at geometrically spaced frequencies [N, features].</summary>
    private string Sinusoids(string u, int features)
    {
        int half = features / 2;
        double step = Math.Log(10_000) / Math.Max(half - 1, 1);
        string frequencies = Graph.Floats("embedding.frequencies", ElementType.Float32, [1, half], () => [.. Enumerable.Range(0, half).Select(i => (float)Math.Exp(-step * i))]);
        string angles = Graph.Op("Mul", [Graph.Op("Unsqueeze", [u, Graph.Ints(1)]), frequencies]);
        return Graph.Op("Concat", [Graph.Op("Sin", [angles]), Graph.Op("Cos", [angles])], new OnnxAttribute("axis", 1));
    }

    /// <summary>Mean of the tokens that are no padding [N, W].</summary>
    private string MaskedMean(string tokens, string mask)
    {
        string weighted = Graph.Op("Mul", [tokens, Graph.Op("Unsqueeze", [mask, Graph.Ints(2)])]);
        string sum = Graph.Op("ReduceSum", [weighted, Graph.Ints(1)], new OnnxAttribute("keepdims", 0L));
        return Graph.Op("Div", [sum, Graph.Op("ReduceSum", [mask, Graph.Ints(1)], new OnnxAttribute("keepdims", 1))]);
    }
}

/// <summary>Names of the inputs of a network; null for those that it does not know.</summary>
internal readonly record struct NetworkInputs(string Z, string LogSnr, string? Class, string? Portrait, string? Text, string? TextMask, string? GuidanceScale = null);
