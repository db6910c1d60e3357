using Microsoft.ML.SimpleDiffusion.Data;
using Microsoft.ML.SimpleDiffusion.Data.Conditions;
using Microsoft.ML.SimpleDiffusion.Data.Imaging;
using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Model;
using Microsoft.ML.SimpleDiffusion.Randomness;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Training.Feed;

/// <summary>Makes the batch of any step, as a pure function of the seed, the step and the data.</summary>
/// <param name="data">The images.</param>
/// <param name="options">Options with nothing left open.</param>
/// <param name="schedule">The noise schedule.</param>
/// <param name="threads">Threads that transform images and draw the noise. They change nothing of the batch.</param>
internal sealed class BatchBuilder(ImageDataset data, SimpleDiffusionOptions options, INoiseSchedule schedule, int threads = 1)
{
    private readonly ulong _seed = (uint)options.Seed!.Value;
    private readonly long _smallSteps = HalfResolution.CountOfSteps(options.Training);
    private readonly NoiseSource _source = new(schedule, options.Diffusion);
    private readonly NoiseSource? _smallSource = options.Training.HalfResolutionShare > 0 ? new(HalfResolution.Schedule(options), options.Diffusion) : null;
    private readonly long _normalSteps = NormalDraws.CountOfSteps(options);
    private readonly Augmentation _augmentation = new(options, threads);
    private readonly RandomCrops? _crops = options.Training.CropShare > 0 ? new(options) : null;
    private long _epoch = -1;
    private int[] _order = [];

    /// <param name="step">Optimizer step, 0-based.</param>
    /// <param name="microStep">Forward pass within the step, 0-based.</param>
    public TrainingBatch Build(long step, int microStep)
    {
        int batch = options.Training.BatchSize;
        long[] shape = [batch, data.Size.Channels, data.Size.Height, data.Size.Width];
        long firstPosition = (long)microStep * batch;
        var pixels = PixelTensors.Empty(shape, data.Pixels);
        var conditions = new RowCondition[batch];
        var portraits = options.Network.PortraitFlag ? new bool[batch] : null;
        for (int i = 0; i < batch; i++)
        {
            // Position of the example within the optimizer step, and in the whole run.
            long position = firstPosition + i;
            int index = IndexOf((step * batch * options.Training.GradientAccumulation) + position);

            // Image by image, because a span over a whole large batch could be too long.
            using var row = pixels[i];
            data.CopyPixels(index, row.bytes);
            if (data.Pixels.IsBytes)
            {
                Vary(row.bytes, step, position, data.IsPortrait(index));
            }
            else
            {
                Vary(PixelFormat.Floats(row.bytes), step, position, data.IsPortrait(index));
            }

            portraits?[i] = data.IsPortrait(index);
            conditions[i] = DropsCondition(step, position) ? RowCondition.None : data.ConditionOf(index);
        }

        var augmentation = _augmentation.Apply(pixels, step, firstPosition);
        Tensor? corners = null;
        if (_crops is not null && !IsHalfResolution(step) && _crops.AreOf(step))
        {
            using var whole = pixels;
            (pixels, corners) = _crops.Take(whole, step, firstPosition);
        }

        double[] times = Times(step, microStep);
        return new TrainingBatch
        {
            Step = step,
            MicroStep = microStep,
            Pixels = pixels,
            Format = data.Pixels,
            IsHalfResolution = IsHalfResolution(step),
            Noise = options.Training.DrawNoiseOnDevice ? null : NoiseTensors.Create(pixels.shape, threads, RandomPurpose.TrainingNoise, i => (_seed, (ulong)step, (ulong)(firstPosition + i))),
            Times = times,
            Levels = NoiseLevels.Create(options.Diffusion, SourceOf(step).Schedule, times, DrawsOf(step)),
            Conditions = ConditionTensors.Create(data.Condition, conditions, portraits, CPU) with { Augmentation = augmentation, CropCorner = corners },
        };
    }

    /// <summary>
    /// Diffusion times t_i = (u + i / n) mod 1 over the n examples of the optimizer step with one uniform u: each uniform, together evenly spread, which
    /// lowers the variance of the loss (Kingma et al. 2021, appendix I.1). In the steps that have normal draws, the times at those places among the draws.
    /// </summary>
    /// <returns>Those of a batch [B], 0 to 1.</returns>
    public double[] Times(long step, int microStep)
    {
        double offset = StatelessRandom.Uniform(_seed, RandomPurpose.Time, (ulong)step, 0);
        int batch = options.Training.BatchSize;
        double count = (double)batch * options.Training.GradientAccumulation;
        var times = new double[batch];
        for (int i = 0; i < batch; i++)
        {
            double t = offset + ((((double)microStep * batch) + i) / count);
            t -= Math.Floor(t);
            times[i] = DrawsOf(step)?.Time(t) ?? t;
        }

        return times;
    }

    /// <summary>What draws the times of a step; null if they are uniform.</summary>
    private NormalDraws? DrawsOf(long step) => step < _normalSteps ? SourceOf(step).NormalDraws : null;

    private NoiseSource SourceOf(long step) => IsHalfResolution(step) ? _smallSource! : _source;

    private bool IsHalfResolution(long step) => step < _smallSteps;

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

    private bool DropsCondition(long step, long position)
        => StatelessRandom.Uniform(_seed, RandomPurpose.ConditionDropout, (ulong)step, (ulong)position) < options.Diffusion.ConditioningDropout;

    /// <summary>Mirrors and shifts an image, if that is wanted, as its place in the run has drawn.</summary>
    private void Vary<T>(Span<T> pixels, long step, long position, bool isPortrait)
    {
        if (options.Training.RandomHorizontalFlip && StatelessRandom.Uniform(_seed, RandomPurpose.Flip, (ulong)step, (ulong)position) < 0.5)
        {
            Mirror(pixels, data.Size, isPortrait);
        }

        if (options.Network.Seamless)
        {
            int Shift(int side, ulong draw) => (int)(side * StatelessRandom.Uniform(_seed, RandomPurpose.Shift, (ulong)step, (2 * (ulong)position) + draw));
            Roll(pixels, data.Size, Shift(data.Size.Height, 0), Shift(data.Size.Width, 1));
        }
    }

    /// <summary>Shifts down and to the right; what leaves at one side comes in at the other.</summary>
    private static void Roll<T>(Span<T> pixels, ImageSize size, int down, int right)
    {
        int area = size.Height * size.Width;
        T[] source = pixels.ToArray();
        for (int row = 0; row < pixels.Length / size.Width; row++)
        {
            int channel = row / size.Height, to = (channel * area) + ((row + down) % size.Height * size.Width);
            var from = source.AsSpan(row * size.Width, size.Width);
            from[..^right].CopyTo(pixels[(to + right)..]);
            from[^right..].CopyTo(pixels[to..]);
        }
    }

    /// <summary>Mirrors left to right. A portrait lies on its side, so that its left and right are the rows at the top and at the bottom.</summary>
    private static void Mirror<T>(Span<T> pixels, ImageSize size, bool isPortrait)
    {
        for (int start = 0; start < pixels.Length; start += size.Width)
        {
            pixels.Slice(start, size.Width).Reverse();
        }

        if (isPortrait)
        {
            // All pixels of a channel in reverse order, with each row reversed back, is the order of the rows reversed.
            for (int start = 0; start < pixels.Length; start += size.Height * size.Width)
            {
                pixels.Slice(start, size.Height * size.Width).Reverse();
            }
        }
    }

    /// <summary>Where the noise levels of images of one size come from.</summary>
    private sealed record NoiseSource(INoiseSchedule Schedule, DiffusionOptions Options)
    {
        public NormalDraws NormalDraws { get; } = new(Options, Schedule);
    }
}
