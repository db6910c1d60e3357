using System.Runtime.ExceptionServices;
using Microsoft.ML.SimpleDiffusion.Interop.Native;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks.Blocks;

/// <summary>
/// Activation checkpointing (Chen et al. 2016): of each block only the inputs are kept; what its backward pass needs is computed again when its turn
/// comes. A third more work for a fraction of the memory. One for each network.
/// </summary>
internal sealed class ActivationCheckpoint : IDisposable
{
    private readonly List<Tensor> _handedOver = [];
    private ExceptionDispatchInfo? _failure;

    /// <summary>Brings the weights of blocks that are not always there; null: they are.</summary>
    public IBlockWeights? Weights { get; set; }

    /// <summary>Whether a block's backward pass has failed. Those that follow it have nothing to do.</summary>
    public bool HasFailed => _failure is not null;

    /// <summary>The output of a block.</summary>
    /// <param name="checkpoint">How to run it, or null to keep all activations, as autograd does by itself.</param>
    /// <param name="module">The block, whose weights may have to be brought; null: they are there.</param>
    /// <param name="block">Runs it: a pure function of its inputs, except for dropout.</param>
    /// <param name="inputs">Its inputs, any shapes.</param>
    public static Tensor Run(ActivationCheckpoint? checkpoint, nn.Module? module, Func<Tensor[], Tensor> block, params Tensor[] inputs)
        => checkpoint is not null && is_grad_enabled() ? RecomputingFunction.Apply(new RecomputedBlock(checkpoint, module, block), inputs) : block(inputs);

    /// <summary>
    /// Remembers gradients that autograd has been handed, and drops those of the block before: autograd has taken them over by then, and TorchSharp would
    /// leave our handles to the finaliser.
    /// </summary>
    public void HandOver(IEnumerable<Tensor> gradients)
    {
        Dispose();
        _handedOver.AddRange(gradients);
    }

    /// <summary>
    /// Keeps an error of a block's backward pass until the whole pass is over: TorchSharp calls the block from native code, where an exception ends the process.
    /// </summary>
    public void Fail(Exception exception) => _failure ??= ExceptionDispatchInfo.Capture(exception);

    /// <summary>Throws the error of the last backward pass, if there was one. Its gradients are worth nothing then.</summary>
    public void ThrowIfFailed()
    {
        var failure = _failure;
        _failure = null;
        failure?.Throw();
    }

    public void Dispose()
    {
        foreach (var gradient in _handedOver)
        {
            gradient.Dispose();
        }

        _handedOver.Clear();
    }
}

/// <summary>Brings the weights of blocks for the time that they are needed.</summary>
internal interface IBlockWeights
{
    /// <summary>Puts the weights of a block in place until what is returned is disposed of.</summary>
    /// <param name="block">The block.</param>
    /// <param name="withGradients">Whether a backward pass will leave gradients, which are then taken.</param>
    IDisposable Lend(nn.Module block, bool withGradients);
}

/// <summary>A block whose activations are not kept, from its forward to its backward pass.</summary>
/// <param name="owner">Owns the gradients that are handed to autograd.</param>
/// <param name="module">The block, whose weights may have to be brought; null: they are there.</param>
/// <param name="block">Computes the output from the inputs.</param>
internal sealed class RecomputedBlock(ActivationCheckpoint owner, nn.Module? module, Func<Tensor[], Tensor> block)
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
        using var weights = Lend(withGradients: false);
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
        using (Lend(withGradients: true))
        using (var output = Recompute())
        {
            output.backward([gradient]);
        }

        return Array.ConvertAll(_inputs, input => input.grad?.DetachFromDisposeScope());
    }

    private Tensor?[] Placeholders() => Array.ConvertAll(_inputs, input => input.is_floating_point() ? input.detach().DetachFromDisposeScope() : null);

    private IDisposable? Lend(bool withGradients) => module is null ? null : owner.Weights?.Lend(module, withGradients);

    private Tensor Recompute()
    {
        using var scope = NewDisposeScope();
        using var autocast = _isAutocast ? Autocast.Enter(ComputePrecision.BFloat16, _inputs[0].device_type) : null;
        return block(_inputs).DetachFromDisposeScope();
    }
}

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
