using Microsoft.ML.SimpleDiffusion.Distributed;
using Microsoft.ML.SimpleDiffusion.Training.State;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.Optimizers;

/// <summary>
/// The norm of a gradient of which each rank has a shard: squares are summed up unit by unit, and then the units in their order, so that it has the same bits
/// however many ranks there are.
/// </summary>
internal static class GradientNorm
{
    /// <summary>The norm, a float32 scalar on the state's device, the same on all ranks. In the current dispose scope.</summary>
    /// <param name="state">The state, whose shard of the gradient is summed up over the ranks.</param>
    public static Tensor Of(TrainingState state)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var units = state.Layout.Units;
        IReadOnlyList<FlatRange> numbers = [.. state.Shards.Select(shard => UnitsOf(shard, units))];
        var sums = zeros(units.Count, dtype: ScalarType.Float64, device: state.Gradients.Values.device);
        var own = numbers[state.Ranks.Index];
        if (own.Length > 0)
        {
            sums.narrow(0, own.Start, own.Length).copy_(Squares(state.Gradients, [.. units.Skip((int)own.Start).Take((int)own.Length)]));
        }

        state.Ranks.Gather(sums, numbers);
        return sums.sum().sqrt_().to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>The units of a shard, by their numbers.</summary>
    private static FlatRange UnitsOf(FlatRange shard, IReadOnlyList<FlatRange> units)
        => FlatRange.Between(units.Count(unit => unit.Start < shard.Start), units.Count(unit => unit.Start < shard.End));

    /// <summary>Sum of the squares of each unit, float64 [units].</summary>
    private static Tensor Squares(FlatBuffer gradients, FlatRange[] units)
    {
        if (gradients.Values.device_type != TorchSharp.DeviceType.CPU)
        {
            return stack(Array.ConvertAll(units, unit => gradients.Part(unit).norm())).to(ScalarType.Float64).square();
        }

        var sums = new double[units.Length];
        Parallel.For(0, units.Length, new ParallelOptions { MaxDegreeOfParallelism = get_num_threads() }, i => sums[i] = SimdSquares.Sum(gradients, units[i]));
        return tensor(sums, device: CPU);
    }
}
