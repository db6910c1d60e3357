using Microsoft.ML.SimpleDiffusion.Distributed;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.State;

/// <summary>Two averages of the weights of different widths, of which, kept now and then, those of any width can be made (Karras et al. 2024, section 3.2).</summary>
internal sealed class PowerFunctionAverages : IDisposable
{
    /// <summary>Profiles of relative widths, of whatever step, with the names that they have in files.</summary>
    private static readonly (PowerFunctionProfile Profile, string Name)[] Kept = [(PowerFunctionProfile.Of(0.05, 1), "power.narrow."), (PowerFunctionProfile.Of(0.10, 1), "power.wide.")];

    private readonly FlatBuffer[] _buffers;

    private readonly FlatRange _shard;

    /// <param name="layout">Where each parameter lies.</param>
    /// <param name="device">Where the averages live.</param>
    /// <param name="shard">The weights that they are of.</param>
    public PowerFunctionAverages(WeightLayout layout, Device device, FlatRange shard)
    {
        _buffers = [.. Kept.Select(_ => new FlatBuffer(layout, device, shard))];
        _shard = shard;
    }

    /// <summary>The averages with their profiles.</summary>
    /// <param name="step">Steps that they are of.</param>
    public IEnumerable<(PowerFunctionProfile Profile, FlatBuffer Average)> At(long step) => Kept.Zip(_buffers, (kept, buffer) => (kept.Profile with { Step = step }, buffer));

    /// <summary>Adds the weights of a step.</summary>
    /// <param name="weights">The weights after it.</param>
    /// <param name="step">Steps done, this one included.</param>
    public void Add(FlatBuffer weights, long step)
    {
        using var guard = no_grad();
        using var now = weights.Part(_shard);
        foreach (var (profile, average) in At(step))
        {
            average.Values.lerp_(now, 1 - profile.Decay);
        }
    }

    /// <summary>All averages, with the names that they have in files.</summary>
    public IEnumerable<(string Prefix, FlatBuffer Buffer)> Stored => Kept.Zip(_buffers, (kept, buffer) => (kept.Name, buffer));

    public void Dispose()
    {
        foreach (var buffer in _buffers)
        {
            buffer.Dispose();
        }
    }
}
