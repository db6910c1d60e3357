using System.Globalization;
using System.Text.Json;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Onnx.Format;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Export;

/// <summary>What a file says about itself, for programs of others above all: enough to draw images with.</summary>
internal static class ModelCard
{
    /// <summary>The texts of a denoiser, those about other files left out.</summary>
    public static Dictionary<string, string> OfDenoiser(ModelConfiguration configuration)
    {
        var options = configuration.Options;
        var texts = new Dictionary<string, string>
        {
            [MetadataKeys.Format] = MetadataKeys.CurrentFormat,
            [MetadataKeys.Role] = Roles.Denoiser,
            [MetadataKeys.Prediction] = options.Diffusion.Prediction.ToString(),
            [MetadataKeys.LogSnr] = LogSnrFormula(options),
            [MetadataKeys.Configuration] = ModelConfigurationJson.Serialize(configuration),
        };
        AddClasses(texts, configuration.Condition);
        AddPixelRange(texts, options);
        return texts;
    }

    /// <summary>Adds the range of pixels that are no bytes.</summary>
    public static void AddPixelRange(Dictionary<string, string> texts, SimpleDiffusionOptions options)
    {
        if (PixelFormat.Of(options) is { IsBytes: false } format)
        {
            texts[MetadataKeys.PixelRange] = JsonSerializer.Serialize(new[] { format.Minimum, format.Maximum });
        }
    }

    /// <summary>Adds the labels of a model with classes.</summary>
    public static void AddClasses(Dictionary<string, string> texts, ConditionDescription condition)
    {
        if (condition.Kind == ConditionKind.Class)
        {
            texts[MetadataKeys.Labels] = JsonSerializer.Serialize(condition.ClassLabels);
            texts[MetadataKeys.NoClass] = condition.ClassCount.ToString(CultureInfo.InvariantCulture);
        }
    }

    /// <summary>The texts of a text encoder.</summary>
    public static Dictionary<string, string> OfTextEncoder() => new()
    {
        [MetadataKeys.Format] = MetadataKeys.CurrentFormat,
        [MetadataKeys.Role] = Roles.TextEncoder,
    };

    /// <summary>The denoiser in words.</summary>
    public static string Describe(ModelConfiguration configuration)
    {
        var options = configuration.Options;
        var diffusion = options.Diffusion;
        string toX = diffusion.Prediction switch
        {
            PredictionType.V => "v = alpha eps - sigma x, hence x = alpha z - sigma prediction",
            PredictionType.Epsilon => "the noise eps, hence x = (z - sigma prediction) / alpha",
            _ => "the image x itself",
        };
        string condition = configuration.Condition.Kind switch
        {
            ConditionKind.Class => $" class_id is 0 to {configuration.Condition.ClassCount - 1}, in the order of the labels; {configuration.Condition.ClassCount} means no class.",
            ConditionKind.Text => " text is what the text encoder makes of the UTF-8 bytes of a caption; the single token 256 means no caption.",
            ConditionKind.Embeddings => " text is what the text encoder makes of precomputed embeddings; a single embedding of zeros means no text.",
            _ => string.Empty,
        };
        string guidance = configuration.Distillation?.MaxGuidanceScale is float largest
            ? string.Create(CultureInfo.InvariantCulture, $" guidance_scale is 1 to {largest}: guidance is part of the network.")
            : string.Empty;
        string portrait = options.Network.PortraitFlag ? " portrait is 1 for images that are meant to be turned by a quarter counterclockwise, and 0 for others." : string.Empty;
        return $"Denoising network of a simple diffusion model (Hoogeboom, Heek, Salimans 2023). Images x are planar, {options.Channels}x{options.ImageHeight}x{options.ImageWidth}, "
            + "from -1 to 1. Noisy images are z = alpha x + sigma eps with alpha^2 = sigmoid(log_snr), sigma^2 = sigmoid(-log_snr) and standard normal eps. "
            + $"The prediction is {toX}. Sampling goes from t = 1 (noise) to t = 0 with log_snr(t) = {LogSnrFormula(options)}.{condition}{portrait}{guidance}{PixelRange(options)}";
    }

    /// <summary>What images are in the user's numbers, where pixels are no bytes.</summary>
    private static string PixelRange(SimpleDiffusionOptions options)
        => PixelFormat.Of(options) is { IsBytes: false } format ? $" Images -1 to 1 stand for pixels of {format}." : string.Empty;

    /// <summary>
    /// Log-SNR as an expression of t in the syntax that most languages share. All schedules are the cosine schedule between two angles and a shift that is
    /// linear in t.
    /// </summary>
    internal static string LogSnrFormula(SimpleDiffusionOptions options)
    {
        var schedule = NoiseSchedules.Create(options);
        double first = Math.Atan(Math.Exp(-0.5 * options.Diffusion.LogSnrMax)), last = Math.Atan(Math.Exp(-0.5 * options.Diffusion.LogSnrMin));
        double shift = schedule.LogSnrMax - options.Diffusion.LogSnrMax, tilt = schedule.LogSnrMin - options.Diffusion.LogSnrMin - shift;
        return string.Create(CultureInfo.InvariantCulture, $"-2 * log(tan({first:R} + t * {last - first:R})) + ({shift:R}) + t * ({tilt:R})");
    }
}
