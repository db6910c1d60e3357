using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML.SimpleDiffusion.Conditioning;
using Microsoft.ML.SimpleDiffusion.Imaging;
using Microsoft.ML.SimpleDiffusion.Randomness;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.Data;

/// <summary>Makes the batch of any step, as a pure function of the seed, the step and the data.</summary>
internal sealed class BatchBuilder(ImageDataset data, SimpleDiffusionOptions options)
{
    private readonly ulong _seed = (uint)options.Seed!.Value;
    private long _epoch = -1;
    private int[] _order = [];

    /// <param name="step">Optimizer step, 0-based.</param>
    /// <param name="microStep">Forward pass within the step, 0-based.</param>
    public TrainingBatch Build(long step, int microStep)
    {
        var size = data.Size;
        int batch = options.Training.BatchSize;
        var images = empty([batch, size.Channels, size.Height, size.Width], dtype: ScalarType.Float32);
        var noise = empty([batch, size.Channels, size.Height, size.Width], dtype: ScalarType.Float32);
        var conditions = new RowCondition[batch];
        var portraits = options.Network.PortraitFlag ? new bool[batch] : null;
        Span<byte> pixels = new byte[size.Length];
        for (int i = 0; i < batch; i++)
        {
            // Position of the example within the optimizer step, and in the whole run.
            long position = ((long)microStep * batch) + i;
            int index = IndexOf((step * batch * options.Training.GradientAccumulation) + position);
            data.CopyPixels(index, pixels);

            // Image by image, because a span over a whole large batch could be too long.
            using var imageRow = images[i];
            using var noiseRow = noise[i];
            var values = MemoryMarshal.Cast<byte, float>(imageRow.bytes);
            Normalize(pixels, values);
            if (options.Training.RandomHorizontalFlip && StatelessRandom.Uniform(_seed, RandomPurpose.Flip, (ulong)step, (ulong)position) < 0.5)
            {
                Mirror(values, size, data.IsPortrait(index));
            }

            StatelessRandom.FillNormal(MemoryMarshal.Cast<byte, float>(noiseRow.bytes), _seed, RandomPurpose.TrainingNoise, (ulong)step, (ulong)position);
            portraits?[i] = data.IsPortrait(index);
            conditions[i] = DropsCondition(step, position) ? RowCondition.None : data.ConditionOf(index);
        }

        return new TrainingBatch(step, microStep, images, noise, Times(step, microStep), ConditionTensors.Create(data.Condition, conditions, portraits, CPU));
    }

    /// <summary>Each epoch is a permutation of the images, a pure function of seed and epoch.</summary>
    private int IndexOf(long example)
    {
        long epoch = example / data.Count;
        if (epoch != _epoch)
        {
            _order = StatelessRandom.Permutation(data.Count, _seed, (ulong)epoch);
            _epoch = epoch;
        }

        return _order[example % data.Count];
    }

    /// <summary>
    /// Times t_i = (u + i / n) mod 1 over the n examples of the optimizer step with one uniform u: each uniform, together evenly spread, which
    /// lowers the variance of the loss (Kingma et al. 2021, appendix I.1).
    /// </summary>
    private double[] Times(long step, int microStep)
    {
        double offset = StatelessRandom.Uniform(_seed, RandomPurpose.Time, (ulong)step, 0);
        int batch = options.Training.BatchSize;
        double count = (double)batch * options.Training.GradientAccumulation;
        var times = new double[batch];
        for (int i = 0; i < batch; i++)
        {
            double t = offset + ((((double)microStep * batch) + i) / count);
            times[i] = t - Math.Floor(t);
        }

        return times;
    }

    private bool DropsCondition(long step, long position)
        => StatelessRandom.Uniform(_seed, RandomPurpose.ConditionDropout, (ulong)step, (ulong)position) < options.Diffusion.ConditioningDropout;

    /// <summary>0 .. 255 to -1 .. 1.</summary>
    private static void Normalize(ReadOnlySpan<byte> pixels, Span<float> values)
    {
        TensorPrimitives.ConvertChecked(pixels, values);
        TensorPrimitives.Multiply(values, 1 / 127.5f, values);
        TensorPrimitives.Subtract(values, 1f, values);
    }

    /// <summary>Mirrors left to right. A portrait lies on its side, so that its left and right are the rows at the top and at the bottom.</summary>
    private static void Mirror(Span<float> values, ImageSize size, bool isPortrait)
    {
        for (int start = 0; start < values.Length; start += size.Width)
        {
            values.Slice(start, size.Width).Reverse();
        }

        if (isPortrait)
        {
            // All pixels of a channel in reverse order, with each row reversed back, is the order of the rows reversed.
            for (int start = 0; start < values.Length; start += size.Height * size.Width)
            {
                values.Slice(start, size.Height * size.Width).Reverse();
            }
        }
    }
}
