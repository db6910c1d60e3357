using Microsoft.ML.SimpleDiffusion.Interop.Native;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>A block whose activations are not kept, from its forward to its backward pass.</summary>
/// <param name="owner">Owns the gradients that are handed to autograd.</param>
/// <param name="block">Computes the output from the inputs.</param>
internal sealed class RecomputedBlock(ActivationCheckpoint owner, Func<Tensor[], Tensor> block)
{
    private Tensor[] _inputs = [];
    private long _seed;
    private bool _isAutocast;

    /// <summary>Runs the block and keeps its inputs. Autograd is off.</summary>
    public Tensor Forward(Tensor[] inputs)
    {
        _inputs = Array.ConvertAll(inputs, input => input.detach().DetachFromDisposeScope());
        _isAutocast = Autocast.IsEnabled;

        // Dropout must drop the same again: the generator starts each block from a seed of its own.
        using var seed = randint(long.MaxValue, [1], dtype: ScalarType.Int64, device: CPU);
        _seed = seed.item<long>();
        manual_seed(_seed);
        return block(inputs);
    }

    /// <summary>Runs the block again, with autograd on, and its backward pass; the gradients of its weights are added to where they belong.</summary>
    /// <param name="gradient">Gradient of the output.</param>
    /// <returns>
    /// Gradients of the inputs; null for masks and for what the block does not look at. Never throws: after an error, which the owner keeps, they are any
    /// numbers of the right shape that need no new memory.
    /// </returns>
    public Tensor?[] Backward(Tensor gradient)
    {
        Tensor?[] gradients;
        try
        {
            gradients = owner.HasFailed ? Placeholders() : Differentiate(gradient);
        }
        catch (Exception e)
        {
            owner.Fail(e);
            gradients = Placeholders();
        }

        Array.ForEach(_inputs, input => input.Dispose());
        owner.HandOver(gradients.OfType<Tensor>());
        return gradients;
    }

    private Tensor?[] Differentiate(Tensor gradient)
    {
        using var guard = enable_grad();
        foreach (var input in _inputs.Where(input => input.is_floating_point()))
        {
            input.requires_grad_();
        }

        manual_seed(_seed);
        using (var output = Recompute())
        {
            output.backward([gradient]);
        }

        return Array.ConvertAll(_inputs, input => input.grad?.DetachFromDisposeScope());
    }

    private Tensor?[] Placeholders() => Array.ConvertAll(_inputs, input => input.is_floating_point() ? input.detach().DetachFromDisposeScope() : null);

    private Tensor Recompute()
    {
        using var scope = NewDisposeScope();
        using var autocast = _isAutocast ? Autocast.Enter(ComputePrecision.BFloat16, _inputs[0].device_type) : null;
        return block(_inputs).DetachFromDisposeScope();
    }
}
