using System.Numerics;
using System.Runtime.InteropServices;
using Microsoft.ML.SimpleDiffusion.Distributed;
using Microsoft.ML.SimpleDiffusion.Training.State;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.Optimizers;

/// <summary>
/// Adam, weight decay, the moving average and clearing the gradient in one pass over the flat buffers, on the CPU: a SIMD loop, since each number is then
/// read and written once.
/// </summary>
/// <param name="range">What it changes of the buffers.</param>
internal sealed class SimdAdam(FlatRange range) : IOptimizer
{
    /// <summary>Weights per unit of work: small enough to balance cores, large enough to hide the calls.</summary>
    private const int ChunkLength = 1 << 17;

    private readonly FlatRange[] _chunks = [.. range.Split(ChunkLength)];

    /// <inheritdoc/>
    public void Apply(TrainingState state, AdamUpdate update, Tensor loss, Tensor gradientNorm)
    {
        using var guard = no_grad();
        double norm = gradientNorm.item<float>();
        if (!double.IsFinite(norm) || !double.IsFinite(loss.item<double>()))
        {
            using var skipped = state.Gradients.Part(range);
            using var cleared = skipped.zero_();
            return;
        }

        float gradientScale = (float)update.GradientScale(norm);
        Parallel.ForEach(_chunks, new ParallelOptions { MaxDegreeOfParallelism = get_num_threads() }, chunk =>
        {
            using var weights = state.Weights.Part(chunk);
            using var gradients = state.Gradients.Part(chunk);
            using var first = state.FirstMoments.Part(chunk);
            using var second = state.SecondMoments.Part(chunk);
            using var average = state.EmaWeights.Part(chunk);
            UpdateChunk(Floats(weights), Floats(gradients), Floats(first), Floats(second), Floats(average), update, gradientScale);
        });

        static Span<float> Floats(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);
    }

    private static void UpdateChunk(
        Span<float> weights, Span<float> gradients, Span<float> first, Span<float> second, Span<float> average, AdamUpdate update, float gradientScale)
    {
        float epsilon = (float)update.Epsilon, averageRate = (float)update.EmaRate;
        float stepSize = (float)update.StepSize, secondScale = (float)update.SecondMomentScale;
        float beta1 = (float)update.Beta1, beta2 = (float)update.Beta2, kept = (float)(1 - (update.LearningRate * update.WeightDecay));

        int i = 0;
        for (; i <= weights.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var g = new Vector<float>(gradients[i..]) * gradientScale;
            var m = (beta1 * new Vector<float>(first[i..])) + ((1 - beta1) * g);
            var v = (beta2 * new Vector<float>(second[i..])) + ((1 - beta2) * g * g);
            var w = (kept * new Vector<float>(weights[i..])) - (stepSize * m / ((Vector.SquareRoot(v) * secondScale) + new Vector<float>(epsilon)));
            var a = new Vector<float>(average[i..]);
            m.CopyTo(first[i..]);
            v.CopyTo(second[i..]);
            w.CopyTo(weights[i..]);
            (a + (averageRate * (w - a))).CopyTo(average[i..]);
            Vector<float>.Zero.CopyTo(gradients[i..]);
        }

        for (; i < weights.Length; i++)
        {
            float g = gradients[i] * gradientScale;
            first[i] = (beta1 * first[i]) + ((1 - beta1) * g);
            second[i] = (beta2 * second[i]) + ((1 - beta2) * g * g);
            weights[i] = (kept * weights[i]) - (stepSize * first[i] / ((MathF.Sqrt(second[i]) * secondScale) + epsilon));
            average[i] += averageRate * (weights[i] - average[i]);
            gradients[i] = 0;
        }
    }
}
