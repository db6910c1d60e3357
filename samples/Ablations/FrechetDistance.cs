using static TorchSharp.torch;

namespace Ablations;

/// <summary>
/// The squared Fréchet distance between two normal distributions, ‖m1 − m2‖² + tr(C1 + C2 − 2 (C1 C2)^½) (Dowson and Landau 1982). On the features of
/// an Inception network it is the FID of Heusel et al. 2017; on other features it is not.
/// </summary>
internal static class FrechetDistance
{
    /// <summary>The distance between normal distributions fitted to two sets of features.</summary>
    /// <param name="first">Features [N, D], a row per example, at least two rows. Computed with in float64.</param>
    /// <param name="second">Features [M, D].</param>
    public static double Between(Tensor first, Tensor second)
    {
        using var scope = NewDisposeScope();
        var (mean1, covariance1) = Moments(first);
        var (mean2, covariance2) = Moments(second);
        return Between(mean1, covariance1, mean2, covariance2);
    }

    /// <summary>The distance between two normal distributions.</summary>
    /// <param name="mean1">Mean [D], float64.</param>
    /// <param name="covariance1">Covariance [D, D], float64.</param>
    /// <param name="mean2">Mean [D], float64.</param>
    /// <param name="covariance2">Covariance [D, D], float64.</param>
    public static double Between(Tensor mean1, Tensor covariance1, Tensor mean2, Tensor covariance2)
    {
        using var scope = NewDisposeScope();
        var distance = (mean1 - mean2).square().sum() + covariance1.trace() + covariance2.trace();
        return distance.item<double>() - (2 * TraceOfRootOfProduct(covariance1, covariance2));
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

    /// <summary>Mean [D] and covariance [D, D], divided by N − 1.</summary>
    private static (Tensor Mean, Tensor Covariance) Moments(Tensor features)
    {
        if (features.dim() != 2 || features.shape[0] < 2)
        {
            throw new ArgumentException($"Features must be a matrix of at least two rows, not [{string.Join(", ", features.shape)}].", nameof(features));
        }

        var rows = features.to(ScalarType.Float64);
        var mean = rows.mean([0]);
        var centred = rows - mean;
        return (mean, centred.t().matmul(centred) / (features.shape[0] - 1));
    }
}
