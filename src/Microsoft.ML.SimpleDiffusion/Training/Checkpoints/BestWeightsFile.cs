using System.Globalization;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Networks;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Training.Checkpoints;

/// <summary>Holds the best weights in a file with the tensors of model.safetensors, which outlives the process. It is there as a whole or not at all.</summary>
/// <param name="path">The file.</param>
/// <param name="configuration">The run's, with nothing left open.</param>
internal sealed class BestWeightsFile(string path, ModelConfiguration configuration) : IBestWeights
{
    private const string ConfigurationKey = "configuration";
    private const string StepKey = "step";

    /// <exception cref="InvalidOperationException">The file cannot be written. The one before is still there.</exception>
    public void Keep(long step, DenoisingNetwork network)
    {
        var metadata = new Dictionary<string, string>
        {
            [ConfigurationKey] = ModelConfigurationJson.Serialize(configuration with { TrainedSteps = step }),
            [StepKey] = step.ToString(CultureInfo.InvariantCulture),
        };
        try
        {
            AtomicFile.Write(path, stream => SafetensorsWriter.Write(stream, TrainedModel.NamedWeights(network), metadata));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"The best weights '{path}' cannot be written: {e.Message}", e);
        }
    }

    public string? FindProblem(long step, DenoisingNetwork network)
    {
        try
        {
            using var file = File.OpenRead(path);
            var metadata = SafetensorsReader.Check(file, file.Length, TrainedModel.NamedWeights(network));
            return metadata.ContainsKey(SafetensorsWriter.ChecksumKey) && metadata.TryGetValue(ConfigurationKey, out string? json) && metadata.TryGetValue(StepKey, out string? stored)
                ? FindDifference(ModelConfigurationJson.Parse(json), stored, step)
                : $"'{path}' is another file";
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            return $"'{path}' cannot be read: {e.Message.TrimEnd('.')}";
        }
    }

    /// <exception cref="InvalidOperationException">The file cannot be read any more.</exception>
    public void CopyTo(DenoisingNetwork network)
    {
        try
        {
            using var file = File.OpenRead(path);
            _ = SafetensorsReader.Read(file, file.Length, TrainedModel.NamedWeights(network));
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"The best weights '{path}' cannot be read any more: {e.Message}", e);
        }
    }

    public void Dispose()
    {
        // The file is to outlive the run.
    }

    private string? FindDifference(ModelConfiguration stored, string storedStep, long step)
    {
        if (ConfigurationDifference.Find(stored, configuration) is string difference)
        {
            return $"'{path}' is of another run: {difference}";
        }

        return storedStep == step.ToString(CultureInfo.InvariantCulture) ? null : $"'{path}' has those of step {storedStep}";
    }
}
