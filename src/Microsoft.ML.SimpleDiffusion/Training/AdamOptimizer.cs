using System.Numerics;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training;

/// <summary>
/// Adam, weight decay, the moving average and clearing the gradient in one pass over the flat buffers. On the CPU the pass is a SIMD loop,
/// since each number is then read and written once; elsewhere it is a handful of tensor operations.
/// </summary>
internal static class AdamOptimizer
{
    /// <summary>Weights per unit of work: small enough to balance cores, large enough to hide the calls.</summary>
    private const int ChunkLength = 1 << 17;

    /// <summary>Norm of the whole gradient. Waits for the device.</summary>
    public static double GradientNorm(TrainingState state)
    {
        using var norm = state.Gradients.Values.norm();
        return norm.item<float>();
    }

    public static void Apply(TrainingState state, AdamUpdate update)
    {
        using var guard = no_grad();
        if (state.Weights.Values.device_type == DeviceType.CPU)
        {
            ApplyWithSimd(state, update);
        }
        else
        {
            ApplyWithTensors(state, update);
        }
    }

    /// <summary>Drops the gradient without a step.</summary>
    public static void ClearGradient(TrainingState state)
    {
        using var guard = no_grad();
        using var cleared = state.Gradients.Values.zero_();
    }

    private static void ApplyWithSimd(TrainingState state, AdamUpdate update)
    {
        long count = state.Weights.Values.numel();
        int chunks = (int)((count + ChunkLength - 1) / ChunkLength);
        Parallel.For(0, chunks, new ParallelOptions { MaxDegreeOfParallelism = get_num_threads() }, chunk =>
        {
            long start = (long)chunk * ChunkLength;
            long length = Math.Min(ChunkLength, count - start);
            using var weights = state.Weights.Values.narrow(0, start, length);
            using var gradients = state.Gradients.Values.narrow(0, start, length);
            using var first = state.FirstMoments.Values.narrow(0, start, length);
            using var second = state.SecondMoments.Values.narrow(0, start, length);
            using var average = state.AverageWeights.Values.narrow(0, start, length);
            UpdateChunk(Floats(weights), Floats(gradients), Floats(first), Floats(second), Floats(average), update);
        });

        static Span<float> Floats(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);
    }

    private static void UpdateChunk(
        Span<float> weights, Span<float> gradients, Span<float> first, Span<float> second, Span<float> average, AdamUpdate update)
    {
        var gradientScale = new Vector<float>(update.GradientScale);
        var (beta1, oneMinusBeta1) = (new Vector<float>(update.Beta1), new Vector<float>(1 - update.Beta1));
        var (beta2, oneMinusBeta2) = (new Vector<float>(update.Beta2), new Vector<float>(1 - update.Beta2));
        var stepSize = new Vector<float>(update.StepSize);
        var secondScale = new Vector<float>(update.SecondMomentScale);
        var epsilon = new Vector<float>(update.Epsilon);
        var kept = new Vector<float>(1 - update.WeightDecay);
        var averageRate = new Vector<float>(update.AverageRate);

        int i = 0;
        for (; i <= weights.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var g = new Vector<float>(gradients[i..]) * gradientScale;
            var m = (beta1 * new Vector<float>(first[i..])) + (oneMinusBeta1 * g);
            var v = (beta2 * new Vector<float>(second[i..])) + (oneMinusBeta2 * g * g);
            var w = (kept * new Vector<float>(weights[i..])) - (stepSize * m / ((Vector.SquareRoot(v) * secondScale) + epsilon));
            var a = new Vector<float>(average[i..]);
            m.CopyTo(first[i..]);
            v.CopyTo(second[i..]);
            w.CopyTo(weights[i..]);
            (a + (averageRate * (w - a))).CopyTo(average[i..]);
            Vector<float>.Zero.CopyTo(gradients[i..]);
        }

        for (; i < weights.Length; i++)
        {
            float g = gradients[i] * update.GradientScale;
            first[i] = (update.Beta1 * first[i]) + ((1 - update.Beta1) * g);
            second[i] = (update.Beta2 * second[i]) + ((1 - update.Beta2) * g * g);
            weights[i] = ((1 - update.WeightDecay) * weights[i])
                - (update.StepSize * first[i] / ((MathF.Sqrt(second[i]) * update.SecondMomentScale) + update.Epsilon));
            average[i] += update.AverageRate * (weights[i] - average[i]);
            gradients[i] = 0;
        }
    }

    private static void ApplyWithTensors(TrainingState state, AdamUpdate update)
    {
        using var scope = NewDisposeScope();
        var (weights, gradients, first, second) = (state.Weights.Values, state.Gradients.Values, state.FirstMoments.Values, state.SecondMoments.Values);
        gradients.mul_(update.GradientScale);
        first.lerp_(gradients, 1 - update.Beta1);
        second.mul_(update.Beta2).addcmul_(gradients, gradients, 1 - update.Beta2);
        weights.mul_(1 - update.WeightDecay);
        weights.addcdiv_(first, second.sqrt().mul_(update.SecondMomentScale).add_(update.Epsilon), -update.StepSize);
        state.AverageWeights.Values.lerp_(weights, update.AverageRate);
        gradients.zero_();
    }
}
