using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>Makes the layers that all networks are built of, under the names the paper gives them.</summary>
internal static class Layers
{
    private const int GroupNormGroups = 32;

    /// <summary>The paper's 'Dense'.</summary>
    public static Linear Dense(int inputs, int outputs) => nn.Linear(inputs, outputs);

    /// <summary>A convolution with a square kernel that keeps height and width.</summary>
    public static Conv2d Conv(int inputs, int outputs, int kernel) => nn.Conv2d(inputs, outputs, kernel, padding: kernel / 2);

    /// <summary>The paper's 'NormalizeWithBias' on feature maps: group norm with 32 groups, fewer when there are fewer channels.</summary>
    public static GroupNorm Normalize(int channels) => nn.GroupNorm(Groups(channels), channels);

    /// <summary>The number of groups: the largest divisor of the channels up to 32.</summary>
    public static int Groups(int channels)
    {
        int groups = Math.Min(GroupNormGroups, channels);
        while (channels % groups != 0)
        {
            groups--;
        }

        return groups;
    }
}
