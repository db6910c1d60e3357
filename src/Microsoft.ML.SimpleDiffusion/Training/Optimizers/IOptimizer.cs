using Microsoft.ML.SimpleDiffusion.Training.State;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.Optimizers;

/// <summary>Changes the weights by their gradient. A step whose loss or gradient is not finite changes nothing; the gradient is cleared in any case.</summary>
internal interface IOptimizer
{
    /// <param name="state">Weights, gradient, moments and moving average.</param>
    /// <param name="update">The numbers of the step.</param>
    /// <param name="loss">Loss of the step, a float64 scalar on the state's device.</param>
    /// <param name="gradientNorm">Norm of the whole gradient, a float32 scalar on the state's device.</param>
    void Apply(TrainingState state, AdamUpdate update, Tensor loss, Tensor gradientNorm);
}
