using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Generation;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using Microsoft.ML.SimpleDiffusion.Onnx.Format;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Export;

/// <summary>Writes a denoising model as ONNX files: the denoiser, and beside it the text encoder, if there is one; or one file with both and the sampler.</summary>
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
        if (options.WholeSampler)
        {
            var sampler = Sampler(plan, model, weights, configuration, options.Precision);
            weights.RequireAllUsed();
            OnnxWriter.Write(path, sampler, SamplerCard.Describe(configuration), SamplerCard.Of(configuration), options.ExternalDataFromBytes);
            return;
        }

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
        AddClassInput(graph, s),
        AddPortraitInput(graph, s),
        s.Text is null ? null : graph.Input(Signature.Text, ElementType.Float32, Signature.Batch, Signature.Length, s.Text.Width),
        s.Text is null ? null : graph.Input(Signature.TextMask, ElementType.Bool, Signature.Batch, Signature.Length),
        s.HasGuidanceInput ? graph.Input(Signature.GuidanceScale, ElementType.Float32, Signature.Batch) : null);

    /// <summary>The classes of images, or null for a network that knows none.</summary>
    public static string? AddClassInput(OnnxGraph graph, NetworkSpecification s) => s.ClassCount > 0 ? graph.Input(Signature.Class, ElementType.Int64, Signature.Batch) : null;

    /// <summary>Whether images are portraits, or null for a network that knows none.</summary>
    public static string? AddPortraitInput(OnnxGraph graph, NetworkSpecification s) => s.HasPortraitFlag ? graph.Input(Signature.Portrait, ElementType.Int64, Signature.Batch) : null;

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

    private static OnnxGraph Sampler(NetworkPlan plan, DenoisingModel model, WeightSource weights, ModelConfiguration configuration, OnnxPrecision precision)
    {
        var graph = new OnnxGraph("sampler");
        var (sampling, guidanceScale) = GuidanceInput.Split(configuration.Options.Sampling, configuration.Condition);
        var path = SamplingPath.Create(sampling, configuration.Options.Diffusion.Prediction, model.Schedule, start: 1);
        new SamplerEmitter(graph, plan, path, sampling, PixelFormat.Of(configuration.Options), Predict).Emit((text, mask) => new NetworkEmitter(plan, graph, weights, OnnxPrecision.Float32).EmitText(text, mask));
        return graph;

        string Predict(OnnxGraph body, NetworkInputs inputs) => new NetworkEmitter(plan, body, weights, precision).Emit(
            inputs with { GuidanceScale = guidanceScale is float scale ? body.Filled(1, scale) : null }, model.Schedule.LogSnrMin, model.Schedule.LogSnrMax);
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
