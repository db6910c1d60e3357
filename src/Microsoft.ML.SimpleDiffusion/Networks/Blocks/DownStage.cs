using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>One level of the way down: residual blocks, each with attention if asked for, or transformer blocks; then down-sampling to the next level.</summary>
internal sealed class DownStage : nn.Module
{
    [ComponentName(Name = DenoisingNetwork.PositionEmbeddingName)]
    private readonly Parameter? _positionEmbedding;

    private readonly ModuleList<StageBlock> _blocks;
    private readonly ModuleList<SpatialAttention>? _attention;
    private readonly Downsample? _downsample;
    private readonly ActivationCheckpoint? _checkpoint;

    /// <param name="shape">Shape of the level's blocks.</param>
    /// <param name="blocks">Number of blocks.</param>
    /// <param name="outputs">Channels of the next level, or null at the lowest level, which is not down-sampled.</param>
    public DownStage(StageShape shape, int blocks, int? outputs)
        : base(nameof(DownStage))
    {
        _positionEmbedding = shape.Transformer is null ? null : nn.Parameter(zeros(shape.Pixels, shape.Channels, device: CPU));
        _blocks = shape.CreateBlocks(blocks, hasSkip: false);
        _attention = shape.CreateAttention(blocks);
        _checkpoint = shape.Checkpoint;
        _downsample = outputs is int below ? new Downsample(shape.Channels, below) : null;
        if (_positionEmbedding is not null)
        {
            register_parameter(DenoisingNetwork.PositionEmbeddingName, _positionEmbedding);
        }

        register_module("blocks", _blocks);
        if (_attention is not null)
        {
            register_module("attention", _attention);
        }

        if (_downsample is not null)
        {
            register_module("downsample", _downsample);
        }
    }

    /// <summary>Applies the blocks and keeps the output of each as a skip connection.</summary>
    public Tensor ForwardBlocks(Tensor x, BlockContext context, Stack<Tensor> skips)
    {
        x = _positionEmbedding is null ? x : AddPositions(x, _positionEmbedding);
        for (int i = 0; i < _blocks.Count; i++)
        {
            var block = _blocks[i];
            x = ActivationCheckpoint.Run(_checkpoint, inputs => block.forward(inputs[0], BlockContext.Of(inputs.AsSpan(1)), null), [x, .. context.Tensors]);
            if (_attention is not null)
            {
                var attention = _attention[i];
                x = ActivationCheckpoint.Run(_checkpoint, inputs => attention.forward(inputs[0], BlockContext.Of(inputs.AsSpan(1))), [x, .. context.Tensors]);
            }

            skips.Push(x);
        }

        return x;
    }

    /// <summary>Goes down to the next level; at the lowest level returns <paramref name="x"/> itself.</summary>
    public Tensor ForwardDownsample(Tensor x) => _downsample is null ? x : _downsample.forward(x);

    private static Tensor AddPositions(Tensor maps, Tensor positions)
    {
        using var scope = NewDisposeScope();
        return Tokens.ToMaps(Tokens.FromMaps(maps) + positions, maps).MoveToOuterDisposeScope();
    }
}
