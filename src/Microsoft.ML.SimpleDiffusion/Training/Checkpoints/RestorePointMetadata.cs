using System.Globalization;
using System.Text.Json;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.Training.State;

namespace Microsoft.ML.SimpleDiffusion.Training.Checkpoints;

/// <summary>Where a run stands, as texts: in the metadata of a checkpoint, and on the way from the rank that has read it to the others.</summary>
internal static class RestorePointMetadata
{
    private const string SkippedStepsKey = "skippedSteps";
    private const string OpenLossesKey = "openLosses";
    private const string DataKey = "data";

    private static readonly JsonSerializerOptions OpenLossesSettings = new() { IgnoreReadOnlyProperties = true };

    public static Dictionary<string, string> Of(ModelConfiguration configuration, RestorePoint position)
    {
        var metadata = new RunStamp(configuration, position.Step).ToMetadata();
        metadata[SkippedStepsKey] = position.SkippedSteps.ToString(CultureInfo.InvariantCulture);
        metadata[OpenLossesKey] = JsonSerializer.Serialize(position.OpenLosses, OpenLossesSettings);
        if (position.Data is RunData data)
        {
            metadata[DataKey] = data.ToJson();
        }

        return metadata;
    }

    /// <exception cref="FormatException">The texts are damaged, or not of a checkpoint.</exception>
    public static RestorePoint Parse(IReadOnlyDictionary<string, string> metadata)
    {
        var stamp = RunStamp.Find(metadata) ?? throw new FormatException("It is not a checkpoint.");

        // Files of earlier versions do not have it.
        _ = RunStamp.TryRead(metadata, SkippedStepsKey, out long skipped);
        return new RestorePoint(stamp.Step, skipped)
        {
            OpenLosses = ReadOpenLosses(metadata),
            Configuration = stamp.Configuration,
            Data = metadata.TryGetValue(DataKey, out string? data) ? RunData.Parse(data) : null,
        };
    }

    public static string ToJson(ModelConfiguration configuration, RestorePoint position) => JsonSerializer.Serialize(Of(configuration, position));

    /// <exception cref="FormatException">The texts are damaged, or not of a checkpoint.</exception>
    public static RestorePoint Parse(string json) => Parse(JsonSerializer.Deserialize<Dictionary<string, string>>(json)!);

    private static OpenLossInterval ReadOpenLosses(IReadOnlyDictionary<string, string> metadata)
    {
        // Nor do they have this.
        if (!metadata.TryGetValue(OpenLossesKey, out string? json))
        {
            return OpenLossInterval.Empty;
        }

        try
        {
            var open = JsonSerializer.Deserialize<OpenLossInterval>(json, OpenLossesSettings);
            return open.IsValid ? open : throw new FormatException("Its loss curve is damaged.");
        }
        catch (JsonException e)
        {
            throw new FormatException($"Its loss curve is damaged: {e.Message}", e);
        }
    }
}
