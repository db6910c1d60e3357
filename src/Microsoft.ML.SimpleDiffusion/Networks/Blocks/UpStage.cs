using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>One level of the way up: up-sampling from the level below, then residual blocks with optional attention, or transformer blocks, all with skip connections.</summary>
internal sealed class UpStage : nn.Module
{
    private readonly Upsample? _upsample;
    private readonly ModuleList<StageBlock> _blocks;
    private readonly ModuleList<SpatialAttention>? _attention;
    private readonly ActivationCheckpoint? _checkpoint;

    /// <param name="shape">Shape of the level's blocks.</param>
    /// <param name="blocks">Number of blocks.</param>
    /// <param name="inputs">Channels of the level below, or null at the lowest level.</param>
    public UpStage(StageShape shape, int blocks, int? inputs)
        : base(nameof(UpStage))
    {
        _upsample = inputs is int below ? new Upsample(below, shape.Channels) : null;
        _blocks = shape.CreateBlocks(blocks, hasSkip: true);
        _attention = shape.CreateAttention(blocks);
        _checkpoint = shape.Checkpoint;
        if (_upsample is not null)
        {
            register_module("upsample", _upsample);
        }

        register_module("blocks", _blocks);
        if (_attention is not null)
        {
            register_module("attention", _attention);
        }
    }

    /// <param name="x">Feature maps of the level below.</param>
    /// <param name="context">What steers the blocks.</param>
    /// <param name="skips">Feature maps of the way down, the latest on top.</param>
    public Tensor Forward(Tensor x, BlockContext context, Stack<Tensor> skips)
    {
        x = _upsample is null ? x : _upsample.forward(x);
        for (int i = 0; i < _blocks.Count; i++)
        {
            var block = _blocks[i];
            x = ActivationCheckpoint.Run(_checkpoint, inputs => block.forward(inputs[0], BlockContext.Of(inputs.AsSpan(2)), inputs[1]), [x, skips.Pop(), .. context.Tensors]);
            if (_attention is not null)
            {
                var attention = _attention[i];
                x = ActivationCheckpoint.Run(_checkpoint, inputs => attention.forward(inputs[0], BlockContext.Of(inputs.AsSpan(1))), [x, .. context.Tensors]);
            }
        }

        return x;
    }
}
