using System.Globalization;
using System.Text.Json;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Onnx.Format;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Export;

/// <summary>What the file of a whole sampler says about itself.</summary>
internal static class SamplerCard
{
    public static Dictionary<string, string> Of(ModelConfiguration configuration)
    {
        var sampling = configuration.Options.Sampling;
        var texts = new Dictionary<string, string>
        {
            [MetadataKeys.Format] = MetadataKeys.CurrentFormat,
            [MetadataKeys.Role] = Roles.Sampler,
            [MetadataKeys.Sampler] = sampling.Sampler.ToString(),
            [MetadataKeys.Steps] = sampling.Steps.ToString(CultureInfo.InvariantCulture),
            [MetadataKeys.GuidanceScale] = sampling.GuidanceScale.ToString(CultureInfo.InvariantCulture),
            [MetadataKeys.Thresholding] = sampling.Thresholding.ToString(),
            [MetadataKeys.Configuration] = ModelConfigurationJson.Serialize(configuration),
        };
        if (sampling.GuidanceScale != 1)
        {
            texts[MetadataKeys.GuidanceInterval] = JsonSerializer.Serialize(new[] { sampling.GuidanceIntervalStart, sampling.GuidanceIntervalEnd });
        }

        ModelCard.AddClasses(texts, configuration.Condition);
        ModelCard.AddPixelRange(texts, configuration.Options);
        return texts;
    }

    /// <summary>The file in words.</summary>
    public static string Describe(ModelConfiguration configuration)
    {
        var (options, sampling) = (configuration.Options, configuration.Options.Sampling);
        string guidance = sampling.GuidanceScale == 1 ? "without guidance" : string.Create(CultureInfo.InvariantCulture, $"with guidance of scale {sampling.GuidanceScale}");
        string condition = configuration.Condition.Kind switch
        {
            ConditionKind.Class => $" class_id is 0 to {configuration.Condition.ClassCount - 1}, in the order of the labels; {configuration.Condition.ClassCount} means no class.",
            ConditionKind.Text => " tokens are the UTF-8 bytes of captions; the single token 256 means no caption. text_mask is true where there is a token.",
            ConditionKind.Embeddings => " embeddings are precomputed; a single embedding of zeros means no text. text_mask is true where there is one.",
            _ => string.Empty,
        };
        string portrait = options.Network.PortraitFlag ? " portrait is 1 for images that are meant to be turned by a quarter counterclockwise, and 0 for others." : string.Empty;
        var format = PixelFormat.Of(options);
        string pixels = format.IsBytes ? "bytes" : $"single-precision numbers of {format}";
        return $"Whole sampler of a simple diffusion model (Hoogeboom, Heek, Salimans 2023): {sampling.Sampler} in {sampling.Steps} steps, {guidance}. It makes images, planar "
            + $"{options.Channels}x{options.ImageHeight}x{options.ImageWidth} {pixels}, from standard normal noise of that shape.{condition}{portrait}";
    }
}
