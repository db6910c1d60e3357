using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>One level of the way up: up-sampling from the level below, then blocks, each with attention if the plan says so.</summary>
internal sealed class UpStage : nn.Module
{
    private readonly SkipConnections _skips;
    private readonly Upsample? _upsample;
    private readonly ModuleList<StageBlock> _blocks;
    private readonly ModuleList<SpatialAttention>? _attention;
    private readonly ActivationCheckpoint? _checkpoint;

    /// <param name="plan">The level.</param>
    /// <param name="checkpoint">How the blocks are run, or null to keep all activations.</param>
    public UpStage(UpStagePlan plan, ActivationCheckpoint? checkpoint)
        : base(nameof(UpStage))
    {
        _skips = plan.Skips;
        _checkpoint = checkpoint;
        _upsample = plan.Upsample is null ? null : this.Register(plan.Upsample, new Upsample(plan.Upsample));
        _blocks = this.Add(plan.Blocks, StageBlock.Create);
        _attention = plan.Attention is null ? null : this.Add(plan.Attention, attention => new SpatialAttention(attention));
    }

    /// <param name="x">Feature maps of the level below.</param>
    /// <param name="context">What steers the blocks.</param>
    /// <param name="skips">Tensors of the way down, the latest on top.</param>
    public Tensor Forward(Tensor x, BlockContext context, Stack<Tensor> skips)
    {
        x = Upsampled(x, skips);
        for (int i = 0; i < _blocks.Count; i++)
        {
            x = RunBlock(_blocks[i], x, context, skips);
            if (_attention is not null)
            {
                var attention = _attention[i];
                x = ActivationCheckpoint.Run(_checkpoint, attention, inputs => attention.forward(inputs[0], BlockContext.Of(inputs.AsSpan(1))), [x, .. context.Tensors]);
            }
        }

        return x;
    }

    private Tensor Upsampled(Tensor x, Stack<Tensor> skips)
    {
        if (_upsample is null)
        {
            return x;
        }

        if (_skips != SkipConnections.EveryLevel)
        {
            return _upsample.forward(x);
        }

        using var scope = NewDisposeScope();
        Tensor afterDown = skips.Pop(), beforeDown = skips.Pop();
        return (_upsample.forward(x - afterDown) + beforeDown).MoveToOuterDisposeScope();
    }

    private Tensor RunBlock(StageBlock block, Tensor x, BlockContext context, Stack<Tensor> skips) => _skips == SkipConnections.EveryLevel
        ? ActivationCheckpoint.Run(_checkpoint, block, inputs => block.forward(inputs[0], BlockContext.Of(inputs.AsSpan(1)), null), [x, .. context.Tensors])
        : ActivationCheckpoint.Run(_checkpoint, block, inputs => block.forward(inputs[0], BlockContext.Of(inputs.AsSpan(2)), inputs[1]), [x, skips.Pop(), .. context.Tensors]);
}
