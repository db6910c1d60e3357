using Microsoft.ML.SimpleDiffusion.Compute;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>
/// The convolutions of the networks. Where oneDNN is right with stride 1 and full blocks of channels only (<see cref="ConvolutionCheck"/>), others are said as
/// such: channels of zeros are added and what comes of them is left out, and strides become the order of pixels.
/// </summary>
internal static class Convolutions
{
    /// <param name="layer">The layer: no dilation, no groups, square kernel and stride.</param>
    /// <param name="x">Feature maps [B, C, H, W].</param>
    public static Tensor Convolved(Conv2d layer, Tensor x) => MustFillBlocks(x) ? ConvolvedInBlocks(layer, x) : layer.forward(x);

    /// <param name="layer">The layer, whose stride is its kernel.</param>
    /// <param name="x">Feature maps [B, C, H, W].</param>
    public static Tensor Convolved(ConvTranspose2d layer, Tensor x) => MustFillBlocks(x) ? ConvolvedInBlocks(layer, x) : layer.forward(x);

    /// <param name="layers">Layers of which some are convolutions.</param>
    /// <param name="x">Feature maps [B, C, H, W].</param>
    public static Tensor Convolved(Sequential layers, Tensor x)
    {
        using var scope = NewDisposeScope();
        return layers.children().Aggregate(x, (h, layer) => layer is Conv2d convolution ? Convolved(convolution, h) : ((nn.Module<Tensor, Tensor>)layer).forward(h)).MoveToOuterDisposeScope();
    }

    /// <summary><see cref="Convolved(Conv2d, Tensor)"/> as machines need it on which oneDNN must not fill blocks.</summary>
    internal static Tensor ConvolvedInBlocks(Conv2d layer, Tensor x)
    {
        using var scope = NewDisposeScope();
        long kernel = layer.kernel_size[0], stride = layer.stride?[0] ?? 1, padding = layer.padding?[0] ?? 0;
        Tensor weight = layer.weight;
        if (layer.padding_mode == PaddingModes.Circular && padding > 0)
        {
            x = nn.functional.pad(x, [padding, padding, padding, padding], PaddingModes.Circular);
            padding = 0;
        }

        if (stride == kernel && stride > 1)
        {
            // Patches that do not overlap: each is a pixel of more channels.
            x = nn.functional.pixel_unshuffle(x, kernel);
            weight = weight.view(weight.shape[0], -1, 1, 1);
            stride = 1;
        }

        var y = Convolve(x, weight, layer.bias, padding);
        if (stride > 1)
        {
            y = y[.., .., TensorIndex.Slice(step: stride), TensorIndex.Slice(step: stride)].contiguous();
        }

        return y.MoveToOuterDisposeScope();
    }

    /// <summary><see cref="Convolved(ConvTranspose2d, Tensor)"/> as machines need it on which oneDNN must not fill blocks.</summary>
    internal static Tensor ConvolvedInBlocks(ConvTranspose2d layer, Tensor x)
    {
        using var scope = NewDisposeScope();

        // [inputs, outputs, p, p] to [outputs p², inputs, 1, 1]: each pixel becomes the channels of its patch.
        Tensor weight = layer.weight;
        long inputs = weight.shape[0], size = weight.shape[2];
        var patches = Convolve(x, weight.permute(1, 2, 3, 0).reshape(-1, inputs, 1, 1), layer.bias?.repeat_interleave(size * size), padding: 0);
        return nn.functional.pixel_shuffle(patches, size).MoveToOuterDisposeScope();
    }

    private static bool MustFillBlocks(Tensor x) => x.device_type == DeviceType.CPU && ConvolutionCheck.OneDnn == OneDnnUse.FullBlocks;

    /// <summary>A convolution of stride 1 between full blocks, channel by channel: pixel by pixel it was wrong for some numbers of blocks, such as 5 and 7.</summary>
    private static Tensor Convolve(Tensor x, Tensor weight, Tensor? bias, long padding)
    {
        long outputs = weight.shape[0], moreInputs = Missing(weight.shape[1]), moreOutputs = Missing(outputs);
        if (moreInputs > 0)
        {
            x = nn.functional.pad(x, [0, 0, 0, 0, 0, moreInputs]);
        }

        if (moreInputs > 0 || moreOutputs > 0)
        {
            weight = nn.functional.pad(weight, [0, 0, 0, 0, 0, moreInputs, 0, moreOutputs]);
        }

        if (moreOutputs > 0 && bias is not null)
        {
            bias = nn.functional.pad(bias, [0, moreOutputs]);
        }

        var y = nn.functional.conv2d(x.contiguous(), weight, bias, padding: [padding, padding]);
        return moreOutputs > 0 ? y.narrow(1, 0, outputs).contiguous() : y;
    }

    /// <summary>Channels that a last block is short of.</summary>
    private static long Missing(long channels) => (ConvolutionCheck.Block - (channels % ConvolutionCheck.Block)) % ConvolutionCheck.Block;
}
