using Microsoft.ML.SimpleDiffusion.Compute;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.State;

/// <summary>
/// Loss and gradient norm of the last steps, kept where they were computed: to read a number means to wait until the device has done all that it was told
/// to, so that many are read at a time.
/// </summary>
/// <param name="target">The device.</param>
/// <param name="capacity">Steps that fit.</param>
internal sealed class StepLedger(ComputeTarget target, int capacity) : IDisposable
{
    private readonly Tensor _rows = zeros(capacity, 2, dtype: ScalarType.Float64, device: target.Device).DetachFromDisposeScope();
    private int _count;

    public bool IsFull => _count == capacity;

    /// <param name="loss">Scalar on the device.</param>
    /// <param name="gradientNorm">Scalar on the device.</param>
    public void Add(Tensor loss, Tensor gradientNorm)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        _rows[_count, 0].copy_(loss);
        _rows[_count, 1].copy_(gradientNorm);
        _count++;
    }

    /// <summary>What has been added since the last call, in order. Waits for the device once, if there is anything.</summary>
    public (double Loss, double GradientNorm)[] Take()
    {
        if (_count == 0)
        {
            return [];
        }

        double[] numbers = target.Read(_rows);
        int count = _count;
        _count = 0;
        return [.. Enumerable.Range(0, count).Select(row => (numbers[2 * row], numbers[(2 * row) + 1]))];
    }

    public void Dispose() => _rows.Dispose();
}

/// <summary>What an optimizer step has to tell.</summary>
/// <param name="StepsDone">Optimizer steps done, this one included.</param>
/// <param name="Loss">Loss before the step.</param>
/// <param name="GradientNorm">Norm of the gradient before clipping.</param>
/// <param name="LearningRate">Learning rate of the step.</param>
internal readonly record struct StepResult(long StepsDone, double Loss, double GradientNorm, double LearningRate)
{
    /// <summary>Whether the step changed nothing because loss or gradient were not finite.</summary>
    public bool IsSkipped => !double.IsFinite(Loss) || !double.IsFinite(GradientNorm);
}
