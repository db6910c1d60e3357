using Microsoft.ML.SimpleDiffusion.Persistence;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.State;

/// <summary>
/// One long tensor that holds a number for every weight of a network, so that a pass over all weights is one loop over contiguous memory.
/// </summary>
internal sealed class FlatBuffer : IDisposable
{
    private readonly IReadOnlyList<ParameterSlot> _slots;

    /// <param name="slots">Where each parameter lies.</param>
    /// <param name="device">Where the buffer lives.</param>
    public FlatBuffer(IReadOnlyList<ParameterSlot> slots, Device device)
    {
        _slots = slots;
        Values = zeros(slots[^1].End, dtype: ScalarType.Float32, device: device).DetachFromDisposeScope();
    }

    /// <summary>All numbers, float32 [number of weights].</summary>
    public Tensor Values { get; }

    /// <summary>The numbers of one parameter in its own shape; shares memory with the buffer.</summary>
    public Tensor View(ParameterSlot slot)
    {
        using var part = Values.narrow(0, slot.Offset, slot.Length);
        return part.view(slot.Shape).DetachFromDisposeScope();
    }

    /// <summary>A view of every parameter, named for a file.</summary>
    public IEnumerable<NamedTensor> NamedViews(string prefix) => _slots.Select(slot => new NamedTensor(prefix + slot.Name, View(slot)));

    /// <summary>Whether all numbers are finite. Waits for the device.</summary>
    public bool IsFinite()
    {
        // Both are NaN if any number is, and neither needs memory.
        using var largest = Values.max();
        using var smallest = Values.min();
        return float.IsFinite(largest.item<float>()) && float.IsFinite(smallest.item<float>());
    }

    public void Dispose() => Values.Dispose();
}

/// <summary>Where a parameter lies in a <see cref="FlatBuffer"/>.</summary>
internal sealed record ParameterSlot(string Name, long[] Shape, long Offset, long Length)
{
    public long End => Offset + Length;

    /// <summary>Slots for all parameters of a network, in the order of registration and without gaps.</summary>
    public static IReadOnlyList<ParameterSlot> For(nn.Module network)
    {
        var slots = new List<ParameterSlot>();
        long offset = 0;
        foreach (var (name, parameter) in network.named_parameters())
        {
            slots.Add(new ParameterSlot(name, parameter.shape, offset, parameter.numel()));
            offset += parameter.numel();
        }

        return slots;
    }
}
