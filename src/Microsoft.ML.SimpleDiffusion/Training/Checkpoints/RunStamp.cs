using System.Globalization;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Training.Checkpoints;

/// <summary>What every weight file of a run says in its metadata: whose it is, and where the run stood.</summary>
/// <param name="Configuration">The run's configuration.</param>
/// <param name="Step">Optimizer steps done.</param>
internal sealed record RunStamp(ModelConfiguration Configuration, long Step)
{
    private const string ConfigurationKey = "configuration";
    private const string StepKey = "step";

    /// <summary>For a file that is to be written.</summary>
    public Dictionary<string, string> ToMetadata() => new()
    {
        [ConfigurationKey] = ModelConfigurationJson.Serialize(Configuration),
        [StepKey] = Step.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>Of a file that has been read, or null if it has none.</summary>
    /// <exception cref="FormatException">The configuration is damaged.</exception>
    public static RunStamp? Find(IReadOnlyDictionary<string, string> metadata)
        => metadata.TryGetValue(ConfigurationKey, out string? json) && TryRead(metadata, StepKey, out long step) ? new RunStamp(ModelConfigurationJson.Parse(json), step) : null;

    /// <summary>A whole number in the metadata of a file.</summary>
    public static bool TryRead(IReadOnlyDictionary<string, string> metadata, string key, out long number)
    {
        number = 0;
        return metadata.TryGetValue(key, out string? text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
