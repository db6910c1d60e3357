using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Networks;
using Microsoft.ML.SimpleDiffusion.Persistence;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.Checkpoints;

/// <summary>Holds the weights of the best evaluation so far.</summary>
internal interface IBestWeights : IDisposable
{
    /// <summary>Takes a copy of a network's weights in place of those held.</summary>
    /// <param name="step">Optimizer steps that they have seen.</param>
    /// <param name="network">The network.</param>
    void Keep(long step, DenoisingNetwork network);

    /// <summary>Why the weights of a step cannot be given back, or null if they can.</summary>
    /// <param name="step">Optimizer steps that they have seen.</param>
    /// <param name="network">A network with as many. It is not changed.</param>
    string? FindProblem(long step, DenoisingNetwork network);

    /// <summary>Copies the weights that are held into a network.</summary>
    void CopyTo(DenoisingNetwork network);
}

/// <summary>Holds the best weights in the memory of the CPU.</summary>
internal sealed class BestWeightsBuffer : IBestWeights
{
    private Tensor[] _weights = [];
    private long? _step;

    public void Keep(long step, DenoisingNetwork network)
    {
        using var guard = no_grad();
        if (_weights.Length == 0)
        {
            _weights = [.. network.parameters().Select(parameter => empty_like(parameter, device: CPU).DetachFromDisposeScope())];
        }

        foreach (var (weights, parameter) in _weights.Zip(network.parameters()))
        {
            weights.copy_(parameter);
        }

        _step = step;
    }

    public string? FindProblem(long step, DenoisingNetwork network) => _step == step ? null : "they are in no file";

    public void CopyTo(DenoisingNetwork network)
    {
        using var guard = no_grad();
        foreach (var (weights, parameter) in _weights.Zip(network.parameters()))
        {
            parameter.copy_(weights);
        }
    }

    public void Dispose()
    {
        foreach (var weights in _weights)
        {
            weights.Dispose();
        }
    }
}

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
            Files.Write(path, stream => SafetensorsWriter.Write(stream, TrainedModel.NamedWeights(network), metadata));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"The best weights '{path}' cannot be written: {e.Message}", e);
        }
    }

    /// <exception cref="InvalidOperationException">The file is there and the system does not let it be read, which may pass: a run that went on would lose it.</exception>
    public string? FindProblem(long step, DenoisingNetwork network)
    {
        try
        {
            using var file = Files.OpenRead(path);
            var metadata = SafetensorsReader.Check(file, file.Length, TrainedModel.NamedWeights(network));
            return metadata.ContainsKey(SafetensorsWriter.ChecksumKey) && RunStamp.Find(metadata) is { } stamp ? FindDifference(stamp, step) : $"'{path}' is another file";
        }
        catch (Exception e) when (e is FormatException or FileNotFoundException or DirectoryNotFoundException)
        {
            return $"'{path}' cannot be read: {e.Message.TrimEnd('.')}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"The best weights '{path}' cannot be read: {e.Message.TrimEnd('.')}. To go on without them, delete the file.", e);
        }
    }

    /// <exception cref="InvalidOperationException">The file cannot be read any more.</exception>
    public void CopyTo(DenoisingNetwork network)
    {
        try
        {
            using var file = Files.OpenRead(path);
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
