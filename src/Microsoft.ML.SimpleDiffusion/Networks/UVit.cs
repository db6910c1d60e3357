using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks;

/// <summary>
/// The U-ViT of appendix B.2.1 ('uvit'): residual blocks with skip connections on the higher levels, and a transformer with residual
/// connections only at the lowest. Levels above may have transformer blocks too (section 5.2), then with skip
/// connections.
/// </summary>
internal sealed class UVit : DenoisingNetwork
{
    private readonly Conv2d _input;
    private readonly ModuleList<DownStage> _down;

    [ComponentName(Name = PositionEmbeddingName)]
    private readonly Parameter _positionEmbedding;

    private readonly ModuleList<TransformerBlock> _transformer;
    private readonly ModuleList<UpStage> _up;
    private readonly OutputProjection _output;

    public UVit(NetworkSpecification specification, double logSnrMin, double logSnrMax, Device device)
        : base(nameof(UVit), specification, logSnrMin, logSnrMax, device)
    {
        int levels = specification.Downsamplings;
        int width = specification.LevelChannels(levels);
        _input = Layers.Conv(specification.PatchedChannels, specification.LevelChannels(0), 3);
        _down = nn.ModuleList(Enumerable.Range(0, levels).Select(CreateDownStage).ToArray());
        _positionEmbedding = nn.Parameter(zeros(specification.LevelHeight(levels) * specification.LevelWidth(levels), width, device: CPU));
        _transformer = nn.ModuleList(Enumerable.Range(0, specification.TransformerBlocks).Select(_ => CreateTransformerBlock(levels)).ToArray());
        _up = nn.ModuleList(Enumerable.Range(0, levels).Select(CreateUpStage).ToArray());
        _output = new OutputProjection(specification.LevelChannels(0), specification.PatchedChannels);

        register_module("input", _input);
        register_module("down", _down);
        register_parameter(PositionEmbeddingName, _positionEmbedding);
        register_module("transformer", _transformer);
        register_module("up", _up);
        register_module("output", _output);
    }

    /// <inheritdoc/>
    protected override Tensor ForwardPatched(Tensor x, BlockContext context)
    {
        var skips = new Stack<Tensor>();
        var h = _input.forward(x);
        foreach (var stage in _down)
        {
            h = stage.ForwardDownsample(stage.ForwardBlocks(h, context, skips));
        }

        h = ForwardTransformer(h, context);
        foreach (var stage in _up.Reverse())
        {
            h = stage.Forward(h, context, skips);
        }

        return _output.forward(h);
    }

    private Tensor ForwardTransformer(Tensor maps, BlockContext context)
    {
        using var scope = NewDisposeScope();
        var h = Tokens.FromMaps(maps) + _positionEmbedding;
        foreach (var block in _transformer)
        {
            h = ActivationCheckpoint.Run(Checkpoint, inputs => block.forward(inputs[0], BlockContext.Of(inputs.AsSpan(1)), null), [h, .. context.Tensors]);
        }

        return Tokens.ToMaps(h, maps).MoveToOuterDisposeScope();
    }

    private DownStage CreateDownStage(int level)
        => new(ShapeOf(level), Specification.BlocksPerLevel[level], Specification.LevelChannels(level + 1));

    private UpStage CreateUpStage(int level)
        => new(ShapeOf(level), Specification.BlocksPerLevel[level], Specification.LevelChannels(level + 1));

    private TransformerBlock CreateTransformerBlock(int level) => new(TransformerShape.Of(Specification, level), hasSkip: false);

    // 'Dropout is only applied in the transformer' (section 3.4), hence none in residual blocks.
    private StageShape ShapeOf(int level) => new(Specification.LevelChannels(level), Specification.EmbeddingChannels, Dropout: 0, Checkpoint)
    {
        Transformer = Specification.IsTransformerLevel(level) ? TransformerShape.Of(Specification, level) : null,
        Pixels = Specification.LevelHeight(level) * Specification.LevelWidth(level),
    };
}
