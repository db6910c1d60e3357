using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;
using Microsoft.ML.SimpleDiffusion.Training.Feed;

namespace Microsoft.ML.SimpleDiffusion.Tests.Training.Feed;

[TestClass]
public class BatchBuilderTests
{
    private readonly MLContext _context = new(1);

    [TestMethod]
    public void Feed_that_starts_late_gives_what_one_from_the_start_gives()
    {
        var options = Options();
        using var data = TinyDataset.Load(_context, options, long.MaxValue);
        var target = ComputeTarget.Resolve(options.Compute);
        using var feed = new BatchFeed(data, options, NoiseSchedules.Create(options), target, firstStep: 0);
        using var late = new BatchFeed(data, options, NoiseSchedules.Create(options), target, firstStep: 5);
        for (int step = 0; step < 5; step++)
        {
            feed.Next(CancellationToken.None).Dispose();
        }

        using var expected = feed.Next(CancellationToken.None);
        using var actual = late.Next(CancellationToken.None);

        AssertEqual(expected, actual);
    }

    [TestMethod]
    public void Spilled_images_are_those_in_memory()
    {
        var options = Options();
        using var inMemory = TinyDataset.Load(_context, options, long.MaxValue);
        using var spilled = TinyDataset.Load(_context, options, memoryBudget: 2 * 3 * 64);
        Span<byte> expected = new byte[3 * 64], actual = new byte[3 * 64];
        for (int i = 0; i < inMemory.Count; i++)
        {
            inMemory.CopyPixels(i, expected);
            spilled.CopyPixels(i, actual);
            Assert.IsTrue(expected.SequenceEqual(actual), $"image {i}");
        }
    }

    [TestMethod]
    public void Batches_from_spilled_images_are_those_from_memory()
    {
        var options = Options();
        options.Training.RandomHorizontalFlip = true;
        using var inMemory = TinyDataset.Load(_context, options, long.MaxValue);
        using var spilled = TinyDataset.Load(_context, options, memoryBudget: 5 * 3 * 64);
        var schedule = NoiseSchedules.Create(options);
        BatchBuilder expected = new(inMemory, options, schedule), actual = new(spilled, options, schedule);
        for (int step = 0; step < 4; step++)
        {
            using var one = expected.Build(step, 0);
            using var two = actual.Build(step, 0);
            AssertEqual(one, two);
        }
    }

    [TestMethod]
    public void Times_are_spread_evenly_over_the_optimizer_step()
    {
        var options = Options();
        options.Training.GradientAccumulation = 2;
        using var data = TinyDataset.Load(_context, options, long.MaxValue);
        var builder = new BatchBuilder(data, options, NoiseSchedules.Create(options));

        double[] times = [.. builder.Times(3, 0).Concat(builder.Times(3, 1)).Order()];

        for (int i = 1; i < times.Length; i++)
        {
            Assert.AreEqual(1.0 / 16, times[i] - times[i - 1], 1e-9);
        }
    }

    [TestMethod]
    public void Epoch_shows_every_image_once()
    {
        var options = Options();
        options.Diffusion.ConditioningDropout = 0;
        using var data = TinyDataset.Load(_context, options, long.MaxValue);
        var builder = new BatchBuilder(data, options, NoiseSchedules.Create(options));
        var seen = new int[3];
        for (int step = 0; step < 3; step++)
        {
            using var batch = builder.Build(step, 0);
            foreach (long classIndex in batch.Conditions.Classes!.data<long>())
            {
                seen[classIndex]++;
            }
        }

        CollectionAssert.AreEqual(new[] { 8, 8, 8 }, seen);
    }

    [TestMethod]
    public void Conditions_are_dropped_with_their_probability()
    {
        var options = Options();
        options.Diffusion.ConditioningDropout = 0.3f;
        using var data = TinyDataset.Load(_context, options, long.MaxValue);
        var builder = new BatchBuilder(data, options, NoiseSchedules.Create(options));
        int dropped = 0;
        for (int step = 0; step < 200; step++)
        {
            using var batch = builder.Build(step, 0);
            dropped += batch.Conditions.Classes!.data<long>().Count(classIndex => classIndex == 3);
        }

        // 1600 draws: three standard deviations are 55.
        Assert.AreEqual(480, dropped, 60);
    }

    [TestMethod]
    public void Batch_is_the_same_however_many_threads_draw_its_noise()
    {
        var options = Options();
        using var data = TinyDataset.Load(_context, options, long.MaxValue);
        using var one = new BatchBuilder(data, options, NoiseSchedules.Create(options), threads: 1).Build(2, 0);
        using var two = new BatchBuilder(data, options, NoiseSchedules.Create(options), threads: 7).Build(2, 0);

        AssertEqual(one, two);
    }

    [TestMethod]
    public void Noise_that_the_device_draws_is_in_no_batch()
    {
        var options = Options();
        options.Training.DrawNoiseOnDevice = true;
        using var data = TinyDataset.Load(_context, options, long.MaxValue);
        using var batch = new BatchBuilder(data, options, NoiseSchedules.Create(options)).Build(2, 0);

        Assert.IsNull(batch.Noise);
    }

    [TestMethod]
    public void Log_snr_of_a_batch_is_the_schedule_at_its_times()
    {
        var options = Options();
        using var data = TinyDataset.Load(_context, options, long.MaxValue);
        var builder = new BatchBuilder(data, options, NoiseSchedules.Create(options));
        var schedule = NoiseSchedules.Create(options.Diffusion, options.ImageHeight, options.ImageWidth);
        using var batch = builder.Build(4, 0);

        CollectionAssert.AreEqual(Array.ConvertAll(builder.Times(4, 0), t => (float)schedule.LogSnr(t)), batch.Levels.LogSnr.data<float>().ToArray());
    }

    private static void AssertEqual(TrainingBatch expected, TrainingBatch actual)
    {
        CollectionAssert.AreEqual(expected.Pixels.data<byte>().ToArray(), actual.Pixels.data<byte>().ToArray());
        CollectionAssert.AreEqual(expected.Noise!.data<float>().ToArray(), actual.Noise!.data<float>().ToArray());
        CollectionAssert.AreEqual(expected.Levels.LogSnr.data<float>().ToArray(), actual.Levels.LogSnr.data<float>().ToArray());
        CollectionAssert.AreEqual(expected.Conditions.Classes!.data<long>().ToArray(), actual.Conditions.Classes!.data<long>().ToArray());
    }

    private static SimpleDiffusionOptions Options() => OptionsResolver.Resolve(TinyData.Options(), hasGpu: false, seed: 1);
}
