using Microsoft.ML.SimpleDiffusion.Training.State;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.Optimizers;

/// <summary>
/// Muon (Jordan et al. 2024): a step in the direction of the orthogonal matrix that is nearest to the momentum, so that all directions of a layer learn alike.
/// Its length is that of Adam's steps (Liu et al. 2025), so that one learning rate serves both. What is no hidden matrix another optimizer changes. The momentum
/// lies where Adam's first moment does; the matrices of a batch go through each product at once.
/// </summary>
/// <param name="batches">What it changes.</param>
/// <param name="rest">Changes all else.</param>
/// <param name="precision">Of the products.</param>
internal sealed class Muon(IReadOnlyList<MatrixBatch> batches, IOptimizer rest, ComputePrecision precision) : IOptimizer
{
    private const double Momentum = 0.95;
    private const double Epsilon = 1e-7;

    /// <summary>Root mean square of Adam's steps over their largest.</summary>
    private const double AdamRms = 0.2;

    /// <summary>The iteration of Newton and Schulz with the coefficients of Jordan et al.: singular values go to about 1, and fast rather than exactly.</summary>
    private const int Iterations = 5;
    private const double Linear = 3.4445, Cubic = -4.7750, Quintic = 2.0315;

    /// <inheritdoc/>
    public void Apply(TrainingState state, AdamUpdate update, Tensor loss, Tensor gradientNorm)
    {
        using var guard = no_grad();
        using (NewDisposeScope())
        {
            var isTaken = gradientNorm.isfinite().logical_and(loss.isfinite());
            var scale = update.GradientClipNorm > 0 ? (update.GradientClipNorm / gradientNorm).clamp_max(1) : ones_like(gradientNorm);
            foreach (var batch in batches)
            {
                using var scope = NewDisposeScope();
                Apply(state, update, batch, isTaken, scale);
            }
        }

        rest.Apply(state, update, loss, gradientNorm);
    }

    /// <summary>The nearest orthogonal matrices, about.</summary>
    /// <param name="directions">Matrices [K, rows, columns], float32.</param>
    /// <returns>The same in shape and type, in the current dispose scope.</returns>
    internal Tensor Orthogonalize(Tensor directions)
    {
        bool isTall = directions.shape[1] > directions.shape[2];
        var x = isTall ? directions.transpose(1, 2) : directions;
        x = (x / (x.square().sum([1, 2], keepdim: true).sqrt() + Epsilon)).to(precision == ComputePrecision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32);
        for (int i = 0; i < Iterations; i++)
        {
            var a = x.bmm(x.transpose(1, 2));
            var b = a.mul(Cubic).add_(a.bmm(a), alpha: Quintic);
            x = x.mul(Linear).add_(b.bmm(x));
        }

        return (isTall ? x.transpose(1, 2) : x).to(ScalarType.Float32);
    }

    private void Apply(TrainingState state, AdamUpdate update, MatrixBatch batch, Tensor isTaken, Tensor scale)
    {
        Tensor gradients = View(state.Gradients, batch), moments = View(state.FirstMoments, batch), weights = View(state.Weights, batch), averages = View(state.EmaWeights, batch);
        var gradient = gradients * scale;
        var momentum = moments.lerp(gradient, 1 - Momentum);
        var directions = Orthogonalize(gradient.lerp_(momentum, Momentum));
        double length = update.LearningRate * AdamRms * Math.Sqrt(Math.Max(batch.Rows, batch.Columns)), kept = 1 - (update.LearningRate * update.WeightDecay);
        moments.copy_(where(isTaken, momentum, moments));
        weights.copy_(where(isTaken, (weights * kept).add_(directions, alpha: -length), weights));
        averages.copy_(where(isTaken, averages.lerp(weights, update.EmaRate), averages));
        gradients.zero_();
    }

    private static Tensor View(FlatBuffer buffer, MatrixBatch batch) => buffer.Part(batch.Range).view(batch.Count, batch.Rows, batch.Columns);
}
