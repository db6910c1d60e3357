using Microsoft.ML.SimpleDiffusion.Training.State;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.Optimizers;

/// <summary>Changes this rank's shard of the weights by their gradient. A step whose loss or gradient is not finite changes nothing; the shard's gradient is cleared in any case.</summary>
internal interface IOptimizer
{
    /// <param name="state">Weights, gradient, moments and moving average.</param>
    /// <param name="update">The numbers of the step.</param>
    /// <param name="loss">Loss of the step, a float64 scalar on the state's device.</param>
    /// <param name="gradientNorm">Norm of the whole gradient, a float32 scalar on the state's device.</param>
    void Apply(TrainingState state, AdamUpdate update, Tensor loss, Tensor gradientNorm);

    /// <summary>The optimizer that the options ask for.</summary>
    /// <param name="type">Which.</param>
    /// <param name="state">What it will change.</param>
    /// <param name="precision">Of Muon's products.</param>
    /// <param name="staysOnDevice">Whether the host is not to wait for the device.</param>
    static IOptimizer Create(OptimizerType type, TrainingState state, ComputePrecision precision, bool staysOnDevice)
    {
        IReadOnlyList<MatrixBatch> matrices = type == OptimizerType.Muon ? [.. state.Layout.Matrices.Where(batch => state.Shard.Contains(batch.Range))] : [];
        var rest = type == OptimizerType.Muon ? state.Shard.Intersect(state.Layout.Rest) : state.Shard;
        IOptimizer adam = staysOnDevice ? new FusedAdam(rest) : new SimdAdam(rest);
        return matrices.Count == 0 ? adam : new Muon(matrices, adam, precision);
    }
}
