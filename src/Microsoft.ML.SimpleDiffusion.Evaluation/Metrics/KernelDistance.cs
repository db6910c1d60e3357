using Microsoft.ML.SimpleDiffusion.Randomness;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Metrics;

/// <summary>
/// The squared maximum mean discrepancy with the kernel (x·y / D + 1)³ (Bińkowski et al. 2018), unbiased, in float64, averaged over pairs of random subsets.
/// </summary>
/// <param name="first">Features [N, D].</param>
/// <param name="second">Features [M, D].</param>
internal sealed class KernelDistance(Tensor first, Tensor second)
{
    /// <summary>The distance, estimated on subsets; or once on all, if a subset would be as large as both sets.</summary>
    /// <param name="subsets">Pairs of subsets.</param>
    /// <param name="size">Rows of a subset.</param>
    /// <param name="seed">Seed of the subsets.</param>
    /// <param name="cancellationToken">Checked before each pair.</param>
    public MetricEstimate Estimate(int subsets, int size, int seed, CancellationToken cancellationToken)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        if (size >= Math.Max(first.shape[0], second.shape[0]))
        {
            return new MetricEstimate { Mean = Unbiased(first.to(ScalarType.Float64), second.to(ScalarType.Float64)), StandardDeviation = 0 };
        }

        size = (int)Math.Min(size, Math.Min(first.shape[0], second.shape[0]));
        var estimates = new double[subsets];
        for (int i = 0; i < subsets; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var subsetScope = NewDisposeScope();
            estimates[i] = Unbiased(Subset(first, size, seed, (2 * i) + 1), Subset(second, size, seed, 2 * i));
        }

        return MetricEstimate.Of(estimates);
    }

    private static Tensor Subset(Tensor rows, int size, int seed, int number)
    {
        int[] order = StatelessRandom.Permutation((int)rows.shape[0], (uint)seed, (ulong)number);
        using var indices = tensor(order.Take(size).Select(index => (long)index).ToArray(), device: CPU);
        return rows.index_select(0, indices).to(ScalarType.Float64);
    }

    private static double Unbiased(Tensor x, Tensor y)
        => MeanOffDiagonal(Kernel(x, x)) + MeanOffDiagonal(Kernel(y, y)) - (2 * Kernel(x, y).mean().item<double>());

    private static Tensor Kernel(Tensor x, Tensor y) => (x.matmul(y.t()) / x.shape[1]).add_(1).pow_(3);

    private static double MeanOffDiagonal(Tensor kernel)
        => (kernel.sum() - kernel.trace()).item<double>() / (kernel.shape[0] * (kernel.shape[0] - 1));
}
