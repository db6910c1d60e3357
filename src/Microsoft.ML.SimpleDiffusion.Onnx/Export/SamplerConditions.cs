using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using Microsoft.ML.SimpleDiffusion.Onnx.Format;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Export;

/// <summary>
/// Writes what a whole sampler asks of its network: the conditions that it is given, and, for guidance, after them as many that ask for nothing in particular.
/// Texts are encoded in the same graph, once for all steps.
/// </summary>
internal sealed class SamplerConditions
{
    private readonly OnnxGraph _graph;
    private readonly NetworkPlan _plan;
    private readonly Func<string, string, string> _encode;
    private readonly string? _class;
    private readonly string? _portrait;
    private readonly (string Text, string Mask)? _text;
    private readonly Dictionary<bool, NetworkInputs> _inputs = [];

    /// <param name="graph">The graph, which gets inputs.</param>
    /// <param name="plan">The network.</param>
    /// <param name="encode">Writes the text encoder, of a text and its mask.</param>
    public SamplerConditions(OnnxGraph graph, NetworkPlan plan, Func<string, string, string> encode)
    {
        (_graph, _plan, _encode) = (graph, plan, encode);
        _class = ModelExporter.AddClassInput(graph, plan.Specification);
        _portrait = ModelExporter.AddPortraitInput(graph, plan.Specification);
        _text = plan.Text is null ? null : ModelExporter.AddTextInputs(graph, plan.Text);
    }

    /// <summary>The inputs of the network but for images and log-SNR.</summary>
    /// <param name="isGuided">Whether those without a condition follow.</param>
    public NetworkInputs Inputs(bool isGuided)
    {
        if (!_inputs.TryGetValue(isGuided, out var inputs))
        {
            inputs = isGuided ? WithNone() : Inputs(_class, _portrait, _text);
            _inputs[isGuided] = inputs;
        }

        return inputs;
    }

    private NetworkInputs WithNone() => Inputs(
        _class is null ? null : Concat(0, _class, Constant(_class, _plan.Specification.ClassCount)),
        _portrait is null ? null : Concat(0, _portrait, _portrait),
        _text is not var (text, mask) ? null : (Concat(0, text, NoText(text)), Concat(0, mask, FirstOnly(mask))));

    private NetworkInputs Inputs(string? classes, string? portrait, (string Text, string Mask)? text)
        => new(string.Empty, string.Empty, classes, portrait, text is var (tokens, mask) ? _encode(tokens, mask) : null, text?.Mask);

    /// <summary>No caption is a single token of its own, and no embeddings are a single one of zeros.</summary>
    private string NoText(string text) => _plan.Text is EmbeddingProjectionPlan ? _graph.Op("Mul", [text, _graph.Scalar(0)]) : Constant(text, ByteEncoderPlan.NoTextToken);

    /// <summary>The mask of texts of one token, as every text has at least one.</summary>
    private string FirstOnly(string mask)
    {
        string first = Slice(mask, 0, 1), others = Slice(mask, 1, long.MaxValue);
        return Concat(1, first, _graph.Op("And", [others, _graph.Op("Not", [others])]));
    }

    /// <summary>A number at each place of whole numbers.</summary>
    private string Constant(string numbers, long value) => _graph.Op("Add", [_graph.Op("Mul", [numbers, _graph.Ints(0)]), _graph.Ints(value)]);

    private string Slice(string x, long start, long end) => _graph.Op("Slice", [x, _graph.Ints(start), _graph.Ints(end), _graph.Ints(1)]);

    private string Concat(int axis, string a, string b) => _graph.Op("Concat", [a, b], new OnnxAttribute("axis", axis));
}
