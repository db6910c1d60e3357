using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Microsoft.ML.SimpleDiffusion.Persistence;

/// <summary>Configurations of saved transformers as JSON, read strictly and without what belongs to one machine: cache folder, device and threads.</summary>
internal static class ConfigurationJson
{
    private static readonly JsonSerializerOptions Settings = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        MaxDepth = 8,
        Converters = { new JsonStringEnumConverter(allowIntegerValues: false) },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { MachineOptions.LeaveOut } },
    };

    /// <summary>A configuration as text.</summary>
    public static string Serialize<T>(T configuration) => JsonSerializer.Serialize(configuration, Settings);

    /// <summary>Reads a configuration.</summary>
    /// <param name="json">The text.</param>
    /// <param name="name">What errors say it belongs to.</param>
    /// <param name="check">Refuses what is impossible.</param>
    /// <exception cref="FormatException">The text is not a configuration of this version.</exception>
    public static T Parse<T>(string json, string name, Action<T> check)
        where T : class
    {
        try
        {
            var configuration = JsonSerializer.Deserialize<T>(json, Settings) ?? throw new JsonException("It is empty.");
            check(configuration);
            return configuration;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new FormatException($"The configuration of the {name} is damaged: {e.Message}", e);
        }
    }
}
