using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.State;

/// <summary>
/// Adds up the gradients of a step's batches in the order of a binary tree, ((0 + 1) + (2 + 3)) + …, so that the sum has the same bits whether one process has done
/// all batches or several have done some in a row each. It needs as many more buffers as the tree is high.
/// </summary>
/// <param name="gradients">Where a backward pass adds its gradient, and the sum is in the end.</param>
internal sealed class GradientTree(Tensor gradients) : IDisposable
{
    private readonly Stack<(Tensor Sum, int Batches)> _waiting = new();
    private readonly Stack<Tensor> _spare = new();

    /// <summary>Takes the gradient of a batch, and leaves zeros for the next.</summary>
    /// <param name="isLast">Whether it is the last of the step: then the sum is left.</param>
    public void Add(bool isLast)
    {
        using var guard = no_grad();
        int batches = 1;
        while (_waiting.Count > 0 && (isLast || _waiting.Peek().Batches == batches))
        {
            var (sum, others) = _waiting.Pop();
            gradients.add_(sum);
            batches += others;
            _spare.Push(sum);
        }

        if (!isLast)
        {
            var kept = _spare.Count > 0 ? _spare.Pop() : empty_like(gradients).DetachFromDisposeScope();
            kept.copy_(gradients);
            gradients.zero_();
            _waiting.Push((kept, batches));
        }
    }

    public void Dispose()
    {
        foreach (var buffer in _waiting.Select(waiting => waiting.Sum).Concat(_spare))
        {
            buffer.Dispose();
        }
    }
}
