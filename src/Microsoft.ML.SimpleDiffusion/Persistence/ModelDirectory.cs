using System.Text;

namespace Microsoft.ML.SimpleDiffusion.Persistence;

/// <summary>A model as a folder: config.json and model.safetensors.</summary>
internal static class ModelDirectory
{
    public const string ConfigurationFile = "config.json";
    public const string WeightsFile = "model.safetensors";

    public static void Save(string directory, ModelConfiguration configuration, Action<Stream> writeWeights)
    {
        Directory.CreateDirectory(directory);
        AtomicFile.Write(Path.Combine(directory, WeightsFile), writeWeights);
        byte[] json = Encoding.UTF8.GetBytes(ModelConfigurationJson.Serialize(configuration));
        AtomicFile.Write(Path.Combine(directory, ConfigurationFile), stream => stream.Write(json));
    }

    /// <exception cref="FileNotFoundException">The folder has no config.json.</exception>
    /// <exception cref="FormatException">It is damaged.</exception>
    public static ModelConfiguration ReadConfiguration(string directory)
        => ModelConfigurationJson.Parse(File.ReadAllText(RequireFile(directory, ConfigurationFile)));

    /// <exception cref="FileNotFoundException">The folder has no model.safetensors.</exception>
    public static FileStream OpenWeights(string directory) => File.OpenRead(RequireFile(directory, WeightsFile));

    private static string RequireFile(string directory, string name)
    {
        string path = Path.Combine(directory, name);
        return File.Exists(path) ? path : throw new FileNotFoundException($"There is no model in '{directory}': the file {name} is missing.", path);
    }
}
