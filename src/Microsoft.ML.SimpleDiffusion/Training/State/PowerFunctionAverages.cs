using Microsoft.ML.SimpleDiffusion.Persistence;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.State;

/// <summary>Two averages of the weights of different widths, of which, kept now and then, those of any width can be made (Karras et al. 2024, section 3.2).</summary>
internal sealed class PowerFunctionAverages : IDisposable
{
    /// <summary>Profiles of relative widths, of whatever step, with the names that they have in files.</summary>
    private static readonly (PowerFunctionProfile Profile, string Name)[] Kept = [(PowerFunctionProfile.Of(0.05, 1), "power.narrow."), (PowerFunctionProfile.Of(0.10, 1), "power.wide.")];

    private readonly FlatBuffer[] _buffers;

    /// <param name="slots">Where each parameter lies.</param>
    /// <param name="device">Where the averages live.</param>
    public PowerFunctionAverages(IReadOnlyList<ParameterSlot> slots, Device device) => _buffers = [.. Kept.Select(_ => new FlatBuffer(slots, device))];

    /// <summary>The averages with their profiles.</summary>
    /// <param name="step">Steps that they are of.</param>
    public IEnumerable<(PowerFunctionProfile Profile, FlatBuffer Average)> At(long step) => Kept.Zip(_buffers, (kept, buffer) => (kept.Profile with { Step = step }, buffer));

    /// <summary>Adds the weights of a step.</summary>
    /// <param name="weights">The weights after it.</param>
    /// <param name="step">Steps done, this one included.</param>
    public void Add(FlatBuffer weights, long step)
    {
        using var guard = no_grad();
        foreach (var (profile, average) in At(step))
        {
            average.Values.lerp_(weights.Values, 1 - profile.Decay);
        }
    }

    /// <summary>Views of all averages, named for a file. The caller disposes of them.</summary>
    public IEnumerable<NamedTensor> NamedViews() => Kept.Zip(_buffers).SelectMany(pair => pair.Second.NamedViews(pair.First.Name));

    /// <summary>Whether all numbers are finite. Waits for the device.</summary>
    public bool IsFinite() => _buffers.All(buffer => buffer.IsFinite());

    public void Dispose()
    {
        foreach (var buffer in _buffers)
        {
            buffer.Dispose();
        }
    }
}
