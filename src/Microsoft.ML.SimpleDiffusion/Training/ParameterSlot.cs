using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training;

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
