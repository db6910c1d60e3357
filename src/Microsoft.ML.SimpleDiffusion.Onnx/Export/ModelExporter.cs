using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using Microsoft.ML.SimpleDiffusion.Onnx.Format;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Export;

/// <summary>Writes a denoising model as ONNX files: the denoiser, and beside it the text encoder, if there is one.</summary>
internal static class ModelExporter
{
    /// <param name="model">The model.</param>
    /// <param name="configuration">What is known of it.</param>
    /// <param name="path">File of the denoiser. It is written last, so that a file that is there is complete.</param>
    /// <param name="options">Checked options.</param>
    /// <exception cref="InvalidOperationException">There is a weight that no operator uses, or one that does not fit into half precision.</exception>
    public static void Export(DenoisingModel model, ModelConfiguration configuration, string path, OnnxExportOptions options)
    {
        var plan = model.Network.Plan;
        var weights = new WeightSource(model.Network);
        var denoiser = Denoiser(plan, model, weights, options.Precision);
        var text = plan.Text is null ? null : TextEncoder(plan, weights);
        weights.RequireAllUsed();

        var metadata = ModelCard.OfDenoiser(configuration);
        if (text is not null)
        {
            string name = TextEncoderName(path);
            metadata[MetadataKeys.TextEncoder] = name;
            metadata[MetadataKeys.TextEncoderSha256] = OnnxWriter.Write(
                Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, name), text, "Text encoder of a simple diffusion model.", ModelCard.OfTextEncoder(), OnnxExportOptions.MaxInlineBytes);
        }

        OnnxWriter.Write(path, denoiser, ModelCard.Describe(configuration), metadata, options.ExternalDataFromBytes);
    }

    /// <summary>The name of a denoiser's text encoder: model.onnx has model.text.onnx.</summary>
    public static string TextEncoderName(string path) => $"{Path.GetFileNameWithoutExtension(path)}.text{Path.GetExtension(path)}";

    /// <summary>The inputs of a network that is conditioned in some way, added to a graph.</summary>
    public static NetworkInputs AddInputs(OnnxGraph graph, NetworkSpecification s) => new(
        graph.Input(Signature.Z, ElementType.Float32, Signature.Batch, s.ImageChannels, s.ImageHeight, s.ImageWidth),
        graph.Input(Signature.LogSnr, ElementType.Float32, Signature.Batch),
        s.ClassCount > 0 ? graph.Input(Signature.Class, ElementType.Int64, Signature.Batch) : null,
        s.HasPortraitFlag ? graph.Input(Signature.Portrait, ElementType.Int64, Signature.Batch) : null,
        s.Text is null ? null : graph.Input(Signature.Text, ElementType.Float32, Signature.Batch, Signature.Length, s.Text.Width),
        s.Text is null ? null : graph.Input(Signature.TextMask, ElementType.Bool, Signature.Batch, Signature.Length));

    /// <summary>Gives the prediction out.</summary>
    public static void AddOutput(OnnxGraph graph, NetworkSpecification s, string prediction)
        => graph.Output(Signature.Prediction, prediction, ElementType.Float32, Signature.Batch, s.ImageChannels, s.ImageHeight, s.ImageWidth);

    /// <summary>The inputs of a text encoder, added to a graph.</summary>
    public static (string Text, string Mask) AddTextInputs(OnnxGraph graph, TextEncoderPlan plan) => (
        plan is EmbeddingProjectionPlan projection
            ? graph.Input(Signature.Embeddings, ElementType.Float32, Signature.Batch, Signature.Length, projection.EmbeddingWidth)
            : graph.Input(Signature.Tokens, ElementType.Int64, Signature.Batch, Signature.Length),
        graph.Input(Signature.TextMask, ElementType.Bool, Signature.Batch, Signature.Length));

    /// <summary>Gives the encoded text out.</summary>
    public static void AddTextOutput(OnnxGraph graph, TextEncoderPlan plan, string text)
        => graph.Output(Signature.Text, text, ElementType.Float32, Signature.Batch, Signature.Length, plan.Width);

    private static OnnxGraph Denoiser(NetworkPlan plan, DenoisingModel model, WeightSource weights, OnnxPrecision precision)
    {
        var graph = new OnnxGraph("denoiser");
        var s = plan.Specification;
        string prediction = new NetworkEmitter(plan, graph, weights, precision).Emit(AddInputs(graph, s), model.Schedule.LogSnrMin, model.Schedule.LogSnrMax);
        AddOutput(graph, s, prediction);
        return graph;
    }

    /// <summary>The text encoder, which is small, and single precision in any case.</summary>
    private static OnnxGraph TextEncoder(NetworkPlan plan, WeightSource weights)
    {
        var graph = new OnnxGraph("text_encoder");
        var (text, mask) = AddTextInputs(graph, plan.Text!);
        AddTextOutput(graph, plan.Text!, new NetworkEmitter(plan, graph, weights, OnnxPrecision.Float32).EmitText(text, mask));
        return graph;
    }
}
