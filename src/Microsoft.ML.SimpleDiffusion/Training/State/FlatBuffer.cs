using System.Security.Cryptography;
using Microsoft.ML.SimpleDiffusion.Distributed;
using Microsoft.ML.SimpleDiffusion.Persistence;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.State;

/// <summary>
/// One long tensor that holds a number for every weight of a network, or for those of a shard, so that a pass over all weights is one loop over contiguous memory.
/// </summary>
internal sealed class FlatBuffer : IDisposable
{
    private readonly WeightLayout _layout;
    private readonly FlatRange _held;

    /// <param name="layout">Where each parameter lies.</param>
    /// <param name="device">Where the buffer lives.</param>
    /// <param name="held">The shard; null: all weights.</param>
    public FlatBuffer(WeightLayout layout, Device device, FlatRange? held = null)
    {
        _layout = layout;
        _held = held ?? layout.Whole;
        Values = zeros(_held.Length, dtype: ScalarType.Float32, device: device).DetachFromDisposeScope();
    }

    /// <summary>All numbers that are held, float32 [number of weights].</summary>
    public Tensor Values { get; }

    /// <summary>Some of the numbers that are held; shares memory with the buffer.</summary>
    /// <param name="range">Their place among all weights.</param>
    public Tensor Part(FlatRange range) => _held.Contains(range)
        ? Values.narrow(0, range.Start - _held.Start, range.Length)
        : throw new ArgumentOutOfRangeException(nameof(range), range, $"The buffer holds the weights {_held} only.");

    /// <summary>The numbers of one parameter in its own shape; shares memory with the buffer.</summary>
    public Tensor View(ParameterSlot slot)
    {
        using var part = Part(slot.Range);
        return part.view(slot.Shape).DetachFromDisposeScope();
    }

    /// <summary>A view of every parameter, named for a file.</summary>
    public IEnumerable<NamedTensor> NamedViews(string prefix) => _layout.Slots.Select(slot => new NamedTensor(prefix + slot.Name, View(slot)));

    /// <summary>Whether all numbers that are held are finite. Waits for the device.</summary>
    public bool IsFinite()
    {
        if (_held.Length == 0)
        {
            return true;
        }

        // Both are NaN if any number is, and neither needs memory.
        using var largest = Values.max();
        using var smallest = Values.min();
        return float.IsFinite(largest.item<float>()) && float.IsFinite(smallest.item<float>());
    }

    /// <summary>SHA-256 of all numbers that are held.</summary>
    public byte[] HashValues()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        TensorBytes.Read(Values, bytes => hash.AppendData(bytes));
        return hash.GetHashAndReset();
    }

    public void Dispose() => Values.Dispose();
}
