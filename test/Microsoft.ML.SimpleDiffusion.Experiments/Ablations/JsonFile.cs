using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Experiments.Ablations;

/// <summary>Values in JSON files that are there as a whole or not at all, whenever the program is ended.</summary>
internal static class JsonFile
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, Converters = { new JsonStringEnumConverter() } };

    public static void Write<T>(string path, T value) => Files.Write(path, stream => JsonSerializer.Serialize(stream, value, Json));

    /// <summary>What <see cref="Write"/> wrote, or null if there is no such file.</summary>
    public static T? Read<T>(string path)
        where T : class
    {
        if (!File.Exists(path))
        {
            return null;
        }

        using var stream = File.OpenRead(path);
        try
        {
            return JsonSerializer.Deserialize<T>(stream, Json);
        }
        catch (JsonException e)
        {
            throw new FormatException($"The file '{path}' is damaged: {e.Message} Remove it to measure anew.", e);
        }
    }
}
