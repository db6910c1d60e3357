using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ablations;

/// <summary>Files that are there as a whole or not at all, whenever the program is ended.</summary>
internal static class WholeFile
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, Converters = { new JsonStringEnumConverter() } };

    public static void Write(string path, Action<Stream> write)
    {
        string temporary = path + ".tmp";
        using (var stream = File.Create(temporary))
        {
            write(stream);
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    public static void WriteJson<T>(string path, T value) => Write(path, stream => JsonSerializer.Serialize(stream, value, Json));

    /// <summary>What <see cref="WriteJson"/> wrote, or null if there is no such file.</summary>
    public static T? ReadJson<T>(string path)
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
            throw new InvalidDataException($"The file '{path}' is damaged: {e.Message} Remove it to measure anew.", e);
        }
    }
}
