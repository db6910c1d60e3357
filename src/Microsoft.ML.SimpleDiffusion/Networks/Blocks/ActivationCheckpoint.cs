using System.Runtime.ExceptionServices;
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

    /// <summary>Whether a block's backward pass has failed. Those that follow it have nothing to do.</summary>
    public bool HasFailed => _failure is not null;

    /// <summary>The output of a block.</summary>
    /// <param name="checkpoint">How to run it, or null to keep all activations, as autograd does by itself.</param>
    /// <param name="block">A pure function of its inputs, except for dropout.</param>
    /// <param name="inputs">Its inputs, any shapes.</param>
    public static Tensor Run(ActivationCheckpoint? checkpoint, Func<Tensor[], Tensor> block, params Tensor[] inputs)
        => checkpoint is not null && is_grad_enabled() ? RecomputingFunction.Apply(new RecomputedBlock(checkpoint, block), inputs) : block(inputs);

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
