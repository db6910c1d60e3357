using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.Objectives;

/// <summary>
/// Losses that count by how large they are expected to be: loss / exp(u) + u (Kendall et al. 2018; Karras et al. 2024, EDM2). Over examples of one noise
/// level it is lowest where u is the logarithm of their mean loss.
/// </summary>
internal static class UncertaintyWeight
{
    /// <summary>The plain mean of losses, with the gradient of the mean of loss / exp(u) + u.</summary>
    /// <param name="losses">Losses [B].</param>
    /// <param name="u">Logarithms of the losses that are expected [B].</param>
    public static Tensor Mean(Tensor losses, Tensor u)
    {
        using var scope = NewDisposeScope();
        var minimized = ((losses * (-u).exp()) + u).mean();

        // The difference is zero, and only its first term has a gradient.
        return (losses.detach().mean() + (minimized - minimized.detach())).MoveToOuterDisposeScope();
    }
}
