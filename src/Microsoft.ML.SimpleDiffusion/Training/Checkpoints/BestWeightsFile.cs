using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Networks;
using Microsoft.ML.SimpleDiffusion.Persistence;

namespace Microsoft.ML.SimpleDiffusion.Training.Checkpoints;

/// <summary>Holds the best weights in a file with the tensors of model.safetensors, which outlives the process. It is there as a whole or not at all.</summary>
/// <param name="path">The file.</param>
/// <param name="configuration">The run's, with nothing left open.</param>
internal sealed class BestWeightsFile(string path, ModelConfiguration configuration) : IBestWeights
{
    /// <exception cref="InvalidOperationException">The file cannot be written. The one before is still there.</exception>
    public void Keep(long step, DenoisingNetwork network)
    {
        var metadata = new RunStamp(configuration with { TrainedSteps = step }, step).ToMetadata();
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
            return metadata.ContainsKey(SafetensorsWriter.ChecksumKey) && RunStamp.Find(metadata) is { } stamp ? FindDifference(stamp, step) : $"'{path}' is another file";
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

    private string? FindDifference(RunStamp stamp, long step)
    {
        if (ConfigurationDifference.Find(stamp.Configuration, configuration) is string difference)
        {
            return $"'{path}' is of another run: {difference}";
        }

        return stamp.Step == step ? null : $"'{path}' has those of step {stamp.Step}";
    }
}
