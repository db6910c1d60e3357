using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>'ProjectOutput' of appendix B.2.1: norm, swish, and a 3×3 convolution that starts at zero.</summary>
internal sealed class OutputProjection : nn.Module<Tensor, Tensor>, IZeroInitialized
{
    private readonly GroupNorm _norm;
    private readonly Conv2d _conv;

    public OutputProjection(OutputPlan plan)
        : base(nameof(OutputProjection))
    {
        _norm = this.Add(plan.Norm);
        _conv = this.Add(plan.Conv);
    }

    /// <inheritdoc/>
    public IEnumerable<nn.Module> ZeroInitialized => [_conv];

    /// <param name="x">Feature maps [B, C, H, W].</param>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return Convolutions.Convolved(_conv, nn.functional.silu(Norms.Normalized(_norm, x))).MoveToOuterDisposeScope();
    }
}

/// <summary>What lies between the way down and the way up. Not a module: its parts are registered with the network itself.</summary>
internal abstract class Middle
{
    /// <param name="plan">What it is made of.</param>
    /// <param name="network">The network.</param>
    /// <param name="checkpoint">How the blocks are run, or null to keep all activations.</param>
    public static Middle Create(MiddlePlan plan, nn.Module network, ActivationCheckpoint? checkpoint) => plan switch
    {
        TransformerMiddlePlan transformer => new TransformerMiddle(network.Add(transformer.Transformer, block => new TransformerBlock(block)), checkpoint),
        ResidualMiddlePlan residual => new ResidualMiddle(
            network.Register(residual.First, new ResBlock(residual.First)),
            network.Register(residual.Attention, new SpatialAttention(residual.Attention)),
            network.Register(residual.Second, new ResBlock(residual.Second)),
            checkpoint),
        _ => throw new ArgumentOutOfRangeException(nameof(plan), plan, "Unknown middle."),
    };

    /// <param name="x">Feature maps of the lowest level [B, C, H, W].</param>
    /// <param name="positions">Embedding of their positions [H W, C], if the plan has one.</param>
    /// <param name="context">What steers the blocks.</param>
    public abstract Tensor Forward(Tensor x, Tensor? positions, BlockContext context);

    private sealed class TransformerMiddle(ModuleList<TransformerBlock> blocks, ActivationCheckpoint? checkpoint) : Middle
    {
        /// <inheritdoc/>
        public override Tensor Forward(Tensor x, Tensor? positions, BlockContext context)
        {
            using var scope = NewDisposeScope();
            var h = Tokens.FromMaps(x) + Tokens.PositionsOf(x, positions!, context.CropCorner);
            foreach (var block in blocks)
            {
                h = ActivationCheckpoint.Run(checkpoint, block, inputs => block.forward(inputs[0], BlockContext.Of(inputs.AsSpan(1)), null), [h, .. context.Tensors]);
            }

            return Tokens.ToMaps(h, x).MoveToOuterDisposeScope();
        }
    }

    private sealed class ResidualMiddle(ResBlock first, SpatialAttention attention, ResBlock second, ActivationCheckpoint? checkpoint) : Middle
    {
        /// <inheritdoc/>
        public override Tensor Forward(Tensor x, Tensor? positions, BlockContext context)
        {
            var h = ActivationCheckpoint.Run(checkpoint, first, inputs => first.forward(inputs[0], BlockContext.Of(inputs.AsSpan(1)), null), [x, .. context.Tensors]);
            h = ActivationCheckpoint.Run(checkpoint, attention, inputs => attention.forward(inputs[0], BlockContext.Of(inputs.AsSpan(1))), [h, .. context.Tensors]);
            return ActivationCheckpoint.Run(checkpoint, second, inputs => second.forward(inputs[0], BlockContext.Of(inputs.AsSpan(1)), null), [h, .. context.Tensors]);
        }
    }
}
