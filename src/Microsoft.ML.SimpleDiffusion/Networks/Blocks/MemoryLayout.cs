using Microsoft.ML.SimpleDiffusion.Interop.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>
/// The order of feature maps in memory: channel by channel, or pixel by pixel ('channels last'). Convolutions in bfloat16 on a CPU are faster pixel by pixel;
/// the backward pass of the group norm is many times slower, so that training stays channel by channel (see docs/performance.md).
/// </summary>
internal static class MemoryLayout
{
    /// <summary>The feature maps in the order in which the network runs fastest; <paramref name="x"/> itself where that is its own.</summary>
    /// <param name="x">[B, C, H, W], channel by channel.</param>
    public static Tensor Fastest(Tensor x)
        => x.device_type == DeviceType.CPU && !is_grad_enabled() && Autocast.IsEnabled ? ToChannelsLast(x) : x;

    /// <summary>Whether feature maps lie pixel by pixel.</summary>
    /// <param name="x">[B, C, H, W].</param>
    public static bool IsChannelsLast(Tensor x) => x.shape[1] > 1 && x.stride(1) == 1;

    private static Tensor ToChannelsLast(Tensor x)
    {
        using var scope = NewDisposeScope();
        return x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }
}
