using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>What autograd sees of a <see cref="RecomputedBlock"/>.</summary>
internal sealed class RecomputingFunction : autograd.SingleTensorFunction<RecomputingFunction>
{
    private const string BlockKey = "block";

    /// <inheritdoc/>
    public override string Name => nameof(RecomputingFunction);

    public static Tensor Apply(RecomputedBlock block, Tensor[] inputs) => apply([block, .. inputs]);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        // Kept as an object: what TorchSharp 0.107 keeps by save_for_backward is never freed.
        var block = (RecomputedBlock)vars[0];
        ctx.save_data(BlockKey, block);
        return block.Forward(vars.OfType<Tensor>().ToArray());
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using (grad_output)
        {
            // One for each argument of Apply; the block itself has no gradient.
            return [null!, .. ((RecomputedBlock)ctx.get_data(BlockKey)).Backward(grad_output).Select(gradient => gradient!)];
        }
    }
}
