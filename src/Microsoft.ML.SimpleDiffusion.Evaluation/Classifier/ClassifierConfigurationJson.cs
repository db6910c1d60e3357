using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Classifier;

/// <summary>Configurations of classifiers as JSON. Reading is strict: an unknown member means another version, not something to skip.</summary>
internal static class ClassifierConfigurationJson
{
    /// <summary>More would make a last layer of more than 16 million weights of a file's word alone.</summary>
    private const int MaxClasses = 1 << 18;

    private static readonly JsonSerializerOptions Settings = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        MaxDepth = 8,
    };

    public static string Serialize(ClassifierConfiguration configuration) => JsonSerializer.Serialize(configuration, Settings);

    /// <exception cref="FormatException">The text is not a configuration of this version.</exception>
    public static ClassifierConfiguration Parse(string json)
    {
        try
        {
            var configuration = JsonSerializer.Deserialize<ClassifierConfiguration>(json, Settings) ?? throw new JsonException("It is empty.");
            if (configuration.Classes.Count is < 2 or > MaxClasses || configuration.Classes.Any(label => label is null))
            {
                throw new JsonException($"It has {configuration.Classes.Count} classes, or one without a label.");
            }

            configuration.ToOptions().Validate();
            return configuration;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new FormatException($"The classifier's configuration is damaged: {e.Message}", e);
        }
    }
}
