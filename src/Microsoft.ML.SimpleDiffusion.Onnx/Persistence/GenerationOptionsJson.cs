using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Persistence;

/// <summary>How a saved transformer generates, as JSON. What belongs to the machine is left out. Reading is strict: an unknown member means another version.</summary>
internal static class GenerationOptionsJson
{
    private const int CurrentVersion = 1;

    private static readonly JsonSerializerOptions Settings = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        MaxDepth = 8,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(allowIntegerValues: false) },
    };

    public static string Serialize(OnnxGenerationOptions options) => JsonSerializer.Serialize(new Document { FormatVersion = CurrentVersion, Options = options }, Settings);

    /// <exception cref="FormatException">The text is not of this version, or is damaged.</exception>
    public static OnnxGenerationOptions Parse(string json)
    {
        try
        {
            var document = JsonSerializer.Deserialize<Document>(json, Settings) ?? throw new JsonException("It is empty.");
            return document.FormatVersion == CurrentVersion
                ? document.Options
                : throw new JsonException($"It has format version {document.FormatVersion}, but {CurrentVersion} is read.");
        }
        catch (JsonException e)
        {
            throw new FormatException($"The model's options are damaged: {e.Message}", e);
        }
    }

    private sealed class Document
    {
        public required int FormatVersion { get; init; }

        public required OnnxGenerationOptions Options { get; init; }
    }
}
