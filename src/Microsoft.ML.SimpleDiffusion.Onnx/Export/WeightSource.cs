using System.Runtime.InteropServices;
using Microsoft.ML.SimpleDiffusion.Networks;
using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Onnx.Export;

/// <summary>The weights of a network, of which none may be forgotten but those that training alone needs.</summary>
internal sealed class WeightSource
{
    private readonly Dictionary<string, Tensor> _weights;
    private readonly HashSet<string> _unused;

    public WeightSource(DenoisingNetwork network)
    {
        _weights = network.named_parameters().ToDictionary(weight => weight.name, weight => (Tensor)weight.parameter);
        _unused = [.. network.Plan.Weights.Select(weight => weight.Name), .. _weights.Keys];
        _unused.ExceptWith(network.Plan.Weights.Where(weight => weight.IsForTraining).Select(weight => weight.Name));
    }

    /// <summary>Marks a weight as used.</summary>
    /// <param name="name">Its name in files.</param>
    /// <returns>Reads its numbers, which is to be done while the network is alive.</returns>
    /// <exception cref="InvalidOperationException">The network has none of this name.</exception>
    public Func<float[]> Use(string name)
    {
        var tensor = _weights.GetValueOrDefault(name) ?? throw new InvalidOperationException($"The network has no weight '{name}'.");
        _unused.Remove(name);
        return () => Read(tensor);
    }

    /// <summary>Throws if a weight has been forgotten, without which the file would compute something else.</summary>
    /// <exception cref="InvalidOperationException">One has.</exception>
    public void RequireAllUsed()
    {
        if (_unused.Count > 0)
        {
            throw new InvalidOperationException($"The ONNX export does not know what to do with the weights {string.Join(", ", _unused.Order().Select(name => $"'{name}'"))}: nothing was written.");
        }
    }

    /// <summary>Name of a part, or of a weight of it, within another.</summary>
    public static string Join(string within, PartPlan part) => within.Length == 0 ? part.Name : $"{within}.{part.Name}";

    private static float[] Read(Tensor weight)
    {
        using var scope = NewDisposeScope();
        var values = weight.detach().to(ScalarType.Float32).cpu().contiguous();
        return MemoryMarshal.Cast<byte, float>(values.bytes).ToArray();
    }
}
