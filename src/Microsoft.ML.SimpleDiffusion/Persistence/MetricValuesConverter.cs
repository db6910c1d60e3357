using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.ML.SimpleDiffusion.Persistence;

/// <summary>Values of metrics by their names. One that is not finite is null in JSON, which has no word for it, and NaN when read again.</summary>
internal sealed class MetricValuesConverter : JsonConverter<IReadOnlyDictionary<string, double>>
{
    public override IReadOnlyDictionary<string, double> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var values = JsonSerializer.Deserialize<Dictionary<string, double?>>(ref reader, options) ?? throw new JsonException("An evaluation has no metrics.");
        return values.ToDictionary(pair => pair.Key, pair => pair.Value ?? double.NaN);
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyDictionary<string, double> value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var (name, number) in value)
        {
            if (double.IsFinite(number))
            {
                writer.WriteNumber(name, number);
            }
            else
            {
                writer.WriteNull(name);
            }
        }

        writer.WriteEndObject();
    }
}
