using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks;

/// <summary>
/// The U-Net of appendix B.1, in the form of Ho et al. 2020: n residual blocks per level on the way down and n + 1 on the way up, each with
/// a skip connection; self-attention at chosen resolutions and in the middle; dropout from a chosen resolution down (section 3.4).
/// </summary>
internal sealed class UNet : DenoisingNetwork
{
    private readonly Conv2d _input;
    private readonly ModuleList<DownStage> _down;
    private readonly ResBlock _middle1;
    private readonly SpatialAttention _middleAttention;
    private readonly ResBlock _middle2;
    private readonly ModuleList<UpStage> _up;
    private readonly OutputProjection _output;

    public UNet(NetworkSpecification specification, double logSnrMin, double logSnrMax, Device device)
        : base(nameof(UNet), specification, logSnrMin, logSnrMax, device)
    {
        int lowest = specification.Downsamplings;
        var bottom = ShapeOf(lowest);
        _input = Layers.Conv(specification.PatchedChannels, specification.LevelChannels(0), 3);
        _down = nn.ModuleList(Enumerable.Range(0, lowest + 1).Select(CreateDownStage).ToArray());
        _middle1 = new ResBlock(bottom.Channels, bottom.EmbeddingChannels, hasSkip: false, bottom.Dropout);
        _middleAttention = new SpatialAttention(bottom.Channels, specification.AttentionHeads, specification.Text?.Width);
        _middle2 = new ResBlock(bottom.Channels, bottom.EmbeddingChannels, hasSkip: false, bottom.Dropout);
        _up = nn.ModuleList(Enumerable.Range(0, lowest + 1).Select(CreateUpStage).ToArray());
        _output = new OutputProjection(specification.LevelChannels(0), specification.PatchedChannels);

        register_module("input", _input);
        register_module("down", _down);
        register_module("middle1", _middle1);
        register_module("middle_attention", _middleAttention);
        register_module("middle2", _middle2);
        register_module("up", _up);
        register_module("output", _output);
    }

    /// <inheritdoc/>
    protected override Tensor ForwardPatched(Tensor x, BlockContext context)
    {
        // The input of each level is a skip connection too, which makes one more than the level has blocks.
        var skips = new Stack<Tensor>();
        var h = _input.forward(x);
        foreach (var stage in _down)
        {
            skips.Push(h);
            h = stage.ForwardDownsample(stage.ForwardBlocks(h, context, skips));
        }

        h = ActivationCheckpoint.Run(Checkpoint, inputs => _middle1.forward(inputs[0], BlockContext.Of(inputs.AsSpan(1)), null), [h, .. context.Tensors]);
        h = ActivationCheckpoint.Run(Checkpoint, inputs => _middleAttention.forward(inputs[0], BlockContext.Of(inputs.AsSpan(1))), [h, .. context.Tensors]);
        h = ActivationCheckpoint.Run(Checkpoint, inputs => _middle2.forward(inputs[0], BlockContext.Of(inputs.AsSpan(1)), null), [h, .. context.Tensors]);
        foreach (var stage in _up.Reverse())
        {
            h = stage.Forward(h, context, skips);
        }

        return _output.forward(h);
    }

    private DownStage CreateDownStage(int level)
        => new(ShapeOf(level), Specification.BlocksPerLevel[level], BelowOf(level));

    private UpStage CreateUpStage(int level)
        => new(ShapeOf(level), Specification.BlocksPerLevel[level] + 1, BelowOf(level));

    private int? BelowOf(int level) => level == Specification.Downsamplings ? null : Specification.LevelChannels(level + 1);

    private StageShape ShapeOf(int level)
    {
        int height = Specification.LevelHeight(level);
        return new StageShape(
            Specification.LevelChannels(level),
            Specification.EmbeddingChannels,
            height <= Specification.DropoutFromResolution ? Specification.Dropout : 0,
            Checkpoint)
        {
            AttentionHeads = Specification.AttentionResolutions.Contains(height) ? Specification.AttentionHeads : null,
            TextWidth = Specification.Text?.Width,
        };
    }
}
