using System.Text;

namespace Microsoft.ML.SimpleDiffusion.Persistence;

/// <summary>
/// A model as a folder: config.json and model.safetensors. The weights carry the configuration too, so that their file alone is the model: the moment at which
/// it gets its name is the moment at which the new model takes the place of the old one.
/// </summary>
internal static class ModelDirectory
{
    public const string ConfigurationFile = "config.json";
    public const string WeightsFile = "model.safetensors";

    private const string ConfigurationKey = "configuration";

    /// <param name="directory">The folder, created if needed.</param>
    /// <param name="configuration">The configuration.</param>
    /// <param name="writeWeights">Writes the weights with some metadata, and returns their checksum.</param>
    public static void Save(string directory, ModelConfiguration configuration, Func<Stream, IReadOnlyDictionary<string, string>, string> writeWeights)
    {
        Directory.CreateDirectory(directory);
        string checksum = string.Empty;
        var metadata = new Dictionary<string, string> { [ConfigurationKey] = ModelConfigurationJson.Serialize(configuration) };
        Files.Write(Path.Combine(directory, WeightsFile), stream => checksum = writeWeights(stream, metadata));
        byte[] json = Encoding.UTF8.GetBytes(ModelConfigurationJson.Serialize(configuration with { WeightsSha256 = checksum }));
        Files.Write(Path.Combine(directory, ConfigurationFile), stream => stream.Write(json));
    }

    /// <summary>Opens a model.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="warn">Is told if one of the files is older than the other.</param>
    /// <param name="weights">A safetensors file. The caller's.</param>
    /// <returns>Its configuration.</returns>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="FormatException">A file is damaged, or the two do not belong together.</exception>
    public static ModelConfiguration Open(string directory, Action<string> warn, out Stream weights)
    {
        string configurationPath = Path.Combine(directory, ConfigurationFile), weightsPath = Path.Combine(directory, WeightsFile);
        var configuration = File.Exists(configurationPath) ? ReadConfiguration(configurationPath) : null;
        if (!File.Exists(weightsPath))
        {
            throw Missing(directory, configuration is null ? ConfigurationFile : WeightsFile);
        }

        weights = Files.OpenRead(weightsPath);
        try
        {
            var metadata = SafetensorsReader.ReadMetadata(weights, weights.Length);
            weights.Position = 0;
            return Reconcile(directory, configuration, metadata, warn);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    private static ModelConfiguration ReadConfiguration(string path) => new FileInfo(path).Length <= ModelConfigurationJson.MaxLength
        ? ModelConfigurationJson.Parse(Encoding.UTF8.GetString(Files.ReadAll(path, ModelConfigurationJson.MaxLength)))
        : throw ModelConfigurationJson.TooLong();

    /// <summary>
    /// Files of other programs need no checksum, but where both files name one they must agree. If they do not, saving was interrupted between the two, and the
    /// weights know better.
    /// </summary>
    private static ModelConfiguration Reconcile(string directory, ModelConfiguration? configuration, IReadOnlyDictionary<string, string> metadata, Action<string> warn)
    {
        bool isOfWeights = configuration is not null
            && (configuration.WeightsSha256 is not string expected || !metadata.TryGetValue(SafetensorsWriter.ChecksumKey, out string? actual) || actual == expected);
        if (isOfWeights)
        {
            return configuration!;
        }

        if (metadata.TryGetValue(ConfigurationKey, out string? inWeights))
        {
            warn($"The folder '{directory}' has {(configuration is null ? "no" : "the")} {ConfigurationFile} {(configuration is null ? "" : "of another save ")}beside its weights; the model is what the weights say.");
            return ModelConfigurationJson.Parse(inWeights);
        }

        throw configuration is null ? Missing(directory, ConfigurationFile) : new FormatException(
            "config.json and model.safetensors are not of the same model: saving was interrupted between the two. If they are meant to be together, remove 'weightsSha256' from config.json.");
    }

    private static FileNotFoundException Missing(string directory, string name)
        => new($"There is no model in '{directory}': the file {name} is missing.", Path.Combine(directory, name));
}
