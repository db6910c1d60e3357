using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Networks;

/// <summary>
/// Activation checkpointing (Chen et al. 2016): of each block only the inputs are kept; what its backward pass needs is computed again when its turn
/// comes. A third more work for a fraction of the memory. One for each network.
/// </summary>
internal sealed class ActivationCheckpoint : IDisposable
{
    private readonly List<Tensor> _handedOver = [];

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

    public void Dispose()
    {
        foreach (var gradient in _handedOver)
        {
            gradient.Dispose();
        }

        _handedOver.Clear();
    }
}
