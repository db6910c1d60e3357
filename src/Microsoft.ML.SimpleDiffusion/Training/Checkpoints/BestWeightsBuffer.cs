using Microsoft.ML.SimpleDiffusion.Networks;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.Checkpoints;

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
