using System.Text;

namespace Microsoft.ML.SimpleDiffusion.Persistence;

/// <summary>A model as a folder: config.json and model.safetensors.</summary>
internal static class ModelDirectory
{
    public const string ConfigurationFile = "config.json";
    public const string WeightsFile = "model.safetensors";

    /// <param name="directory">The folder, created if needed.</param>
    /// <param name="configuration">The configuration.</param>
    /// <param name="writeWeights">Writes the weights and returns their checksum.</param>
    public static void Save(string directory, ModelConfiguration configuration, Func<Stream, string> writeWeights)
    {
        Directory.CreateDirectory(directory);
        string checksum = string.Empty;
        AtomicFile.Write(Path.Combine(directory, WeightsFile), stream => checksum = writeWeights(stream));
        byte[] json = Encoding.UTF8.GetBytes(ModelConfigurationJson.Serialize(configuration with { WeightsSha256 = checksum }));
        AtomicFile.Write(Path.Combine(directory, ConfigurationFile), stream => stream.Write(json));
    }

    /// <exception cref="FileNotFoundException">The folder has no config.json.</exception>
    /// <exception cref="FormatException">It is damaged.</exception>
    public static ModelConfiguration ReadConfiguration(string directory)
    {
        var file = new FileInfo(RequireFile(directory, ConfigurationFile));
        return file.Length <= ModelConfigurationJson.MaxLength
            ? ModelConfigurationJson.Parse(File.ReadAllText(file.FullName))
            : throw ModelConfigurationJson.TooLong();
    }

    /// <exception cref="FileNotFoundException">The folder has no model.safetensors.</exception>
    public static FileStream OpenWeights(string directory) => File.OpenRead(RequireFile(directory, WeightsFile));

    private static string RequireFile(string directory, string name)
    {
        string path = Path.Combine(directory, name);
        return File.Exists(path) ? path : throw new FileNotFoundException($"There is no model in '{directory}': the file {name} is missing.", path);
    }
}
