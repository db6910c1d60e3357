using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Metrics;

/// <summary>
/// The squared Fréchet distance between two normal distributions, ‖m1 − m2‖² + tr(C1 + C2 − 2 (C1 C2)^½) (Dowson and Landau 1982). On the features of
/// an Inception network it is the FID of Heusel et al. 2017; on other features it is not.
/// </summary>
internal static class FrechetDistance
{
    /// <summary>The distance between two normal distributions.</summary>
    /// <param name="mean1">Mean [D], float64.</param>
    /// <param name="covariance1">Covariance [D, D], float64.</param>
    /// <param name="mean2">Mean [D], float64.</param>
    /// <param name="covariance2">Covariance [D, D], float64.</param>
    public static double Between(Tensor mean1, Tensor covariance1, Tensor mean2, Tensor covariance2)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var distance = (mean1 - mean2).square().sum() + covariance1.trace() + covariance2.trace();

        // Of equal distributions what rounding leaves may be below zero.
        return Math.Max(distance.item<double>() - (2 * TraceOfRootOfProduct(covariance1, covariance2)), 0);
    }

    /// <summary>
    /// tr (C1 C2)^½ without the root of a matrix that is not symmetric: C1 C2 has the eigenvalues of C1^½ C2 C1^½, which is. Rounding may leave
    /// eigenvalues a little below zero.
    /// </summary>
    private static double TraceOfRootOfProduct(Tensor covariance1, Tensor covariance2)
    {
        using var scope = NewDisposeScope();
        var (values, vectors) = linalg.eigh(covariance1);
        var root = (vectors * values.clamp_min(0).sqrt()).matmul(vectors.t());
        var product = root.matmul(covariance2).matmul(root);
        return linalg.eigvalsh((product + product.t()) / 2).clamp_min(0).sqrt().sum().item<double>();
    }
}
