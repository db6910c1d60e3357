using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.ResNet.Features;

/// <summary>What a saved transformer is, as JSON: its columns. The network is not in it; it comes with the application and never changes.</summary>
internal static class FeatureConfiguration
{
    private static readonly JsonSerializerOptions Settings = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        MaxDepth = 8,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { MachineOptions.LeaveOut } },
    };

    public static string Serialize(ResNet18Options options) => JsonSerializer.Serialize(options, Settings);

    /// <exception cref="FormatException">The text is not a configuration of this version.</exception>
    public static ResNet18Options Parse(string json)
    {
        try
        {
            var options = JsonSerializer.Deserialize<ResNet18Options>(json, Settings) ?? throw new JsonException("It is empty.");
            ResNet18OptionsValidator.Validate(options);
            return options;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new FormatException($"The configuration of the ResNet18 features is damaged: {e.Message}", e);
        }
    }
}
