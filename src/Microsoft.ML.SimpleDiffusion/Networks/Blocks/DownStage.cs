using Microsoft.ML.SimpleDiffusion.Interop.Native;
using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using TorchSharp.Modules;
using TorchSharp.Utils;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>One level of the way down: blocks, each with attention if the plan says so; then down-sampling to the next level.</summary>
internal sealed class DownStage : nn.Module
{
    [ComponentName(Name = PositionsPlan.ParameterName)]
    private readonly Parameter? _positions;

    private readonly SkipConnections _skips;
    private readonly ModuleList<StageBlock> _blocks;
    private readonly ModuleList<SpatialAttention>? _attention;
    private readonly Downsample? _downsample;
    private readonly ActivationCheckpoint? _checkpoint;

    /// <param name="plan">The level.</param>
    /// <param name="checkpoint">How the blocks are run, or null to keep all activations.</param>
    public DownStage(DownStagePlan plan, ActivationCheckpoint? checkpoint)
        : base(nameof(DownStage))
    {
        _skips = plan.Skips;
        _checkpoint = checkpoint;
        _positions = plan.Positions is null ? null : this.Add(plan.Positions);
        _blocks = this.Add(plan.Blocks, StageBlock.Create);
        _attention = plan.Attention is null ? null : this.Add(plan.Attention, attention => new SpatialAttention(attention));
        _downsample = plan.Downsample is null ? null : this.Register(plan.Downsample, new Downsample(plan.Downsample));
    }

    /// <param name="x">Feature maps of the level above [B, C, H, W].</param>
    /// <param name="context">What steers the blocks.</param>
    /// <param name="skips">Receives the skip connections.</param>
    /// <returns>Feature maps of the next level; at the lowest level its own.</returns>
    public Tensor Forward(Tensor x, BlockContext context, Stack<Tensor> skips)
    {
        if (_skips == SkipConnections.EveryBlockAndLevel)
        {
            skips.Push(x);
        }

        x = _positions is null ? x : AddPositions(x, _positions, context);
        for (int i = 0; i < _blocks.Count; i++)
        {
            var block = _blocks[i];
            x = ActivationCheckpoint.Run(_checkpoint, block, inputs => block.forward(inputs[0], BlockContext.Of(inputs.AsSpan(1)), null), [x, .. context.Tensors]);
            if (_attention is not null)
            {
                var attention = _attention[i];
                x = ActivationCheckpoint.Run(_checkpoint, attention, inputs => attention.forward(inputs[0], BlockContext.Of(inputs.AsSpan(1))), [x, .. context.Tensors]);
            }

            if (_skips != SkipConnections.EveryLevel)
            {
                skips.Push(x);
            }
        }

        var below = _downsample is null ? x : _downsample.forward(x);
        if (_skips == SkipConnections.EveryLevel)
        {
            skips.Push(x);
            skips.Push(below);
        }

        return below;
    }

    private static Tensor AddPositions(Tensor maps, Tensor positions, BlockContext context)
    {
        using var scope = NewDisposeScope();
        return Tokens.ToMaps(Tokens.FromMaps(maps) + Tokens.PositionsOf(maps, positions, context.CropCorner), maps).MoveToOuterDisposeScope();
    }
}

/// <summary>
/// The order of feature maps in memory: channel by channel, or pixel by pixel ('channels last'). Convolutions in bfloat16 on a CPU are faster pixel by pixel;
/// the backward pass of the group norm is many times slower, so that training stays channel by channel (see docs/performance.md).
/// </summary>
internal static class MemoryLayout
{
    /// <summary>
    /// The feature maps in the order in which the network runs fastest; <paramref name="x"/> itself where that is its own, and where pixel by pixel convolutions are wrong.
    /// </summary>
    /// <param name="x">[B, C, H, W], channel by channel.</param>
    public static Tensor Fastest(Tensor x)
        => x.device_type == DeviceType.CPU && !is_grad_enabled() && Autocast.IsEnabled && ConvolutionCheck.OneDnn == OneDnnUse.AnyChannels ? ToChannelsLast(x) : x;

    /// <summary>Whether feature maps lie pixel by pixel.</summary>
    /// <param name="x">[B, C, H, W].</param>
    public static bool IsChannelsLast(Tensor x) => x.shape[1] > 1 && x.stride(1) == 1;

    private static Tensor ToChannelsLast(Tensor x)
    {
        using var scope = NewDisposeScope();
        return x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }
}
