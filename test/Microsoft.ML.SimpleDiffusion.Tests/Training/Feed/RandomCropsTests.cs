using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;
using Microsoft.ML.SimpleDiffusion.Training.Feed;
using Microsoft.ML.SimpleDiffusion.Training.Observers;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests.Training.Feed;

[TestClass]
public class RandomCropsTests
{
    private readonly MLContext _context = new(1);

    [TestMethod]
    [DataRow(0.0)]
    [DataRow(0.3)]
    [DataRow(0.9)]
    public void Share_of_the_steps_that_are_not_small_already_has_crops(double share)
    {
        var options = Options(share, steps: 400);
        options.Training.HalfResolutionShare = 0.25;
        using var data = TinyDataset.Load(_context, options);
        var builder = new BatchBuilder(data, options, NoiseSchedules.Create(options));
        int crops = 0;
        for (int step = 0; step < 400; step++)
        {
            using var batch = builder.Build(step, 0);
            bool isCropped = batch.Conditions.CropCorner is not null;
            Assert.AreEqual(isCropped ? 4 : 8, batch.Pixels.shape[2]);
            Assert.IsFalse(isCropped && step < 100, $"step {step}");
            crops += isCropped ? 1 : 0;
        }

        // Three standard deviations are at most 24.
        Assert.AreEqual(300 * share, crops, 25);
    }

    [TestMethod]
    public void Crop_is_the_part_of_its_image_at_its_corner_with_noise_of_its_own_size_and_the_levels_of_whole_images()
    {
        using var scope = NewDisposeScope();
        SimpleDiffusionOptions options = Options(0.9), plain = Options(0);
        using var data = TinyDataset.OfRandomPixels(_context, options);
        using var batch = Cropped(new BatchBuilder(data, options, NoiseSchedules.Create(options)));
        using var whole = new BatchBuilder(data, plain, NoiseSchedules.Create(plain)).Build(batch.Step, 0);

        long[] starts = (batch.Conditions.CropCorner! * 8).to(ScalarType.Int64).data<long>().ToArray();
        for (int i = 0; i < 32; i++)
        {
            var part = whole.Pixels[i].narrow(1, starts[2 * i], 4).narrow(2, starts[(2 * i) + 1], 4);
            Assert.IsTrue(part.eq(batch.Pixels[i]).all().item<bool>(), $"image {i}");
        }

        // A crop begins at any pixel of the maps of 4×4 pixels.
        CollectionAssert.AreEqual(new long[] { 0, 2, 4 }, starts.Distinct().Order().ToArray());
        CollectionAssert.AreEqual(batch.Pixels.shape, batch.Noise!.shape);
        CollectionAssert.AreEqual(whole.Levels.LogSnr.data<float>().ToArray(), batch.Levels.LogSnr.data<float>().ToArray());
        CollectionAssert.AreEqual(whole.Levels.LossWeight.data<float>().ToArray(), batch.Levels.LossWeight.data<float>().ToArray());
        CollectionAssert.AreEqual(whole.Conditions.Classes!.data<long>().ToArray(), batch.Conditions.Classes!.data<long>().ToArray());
    }

    [TestMethod]
    public void Time_left_is_reckoned_by_the_work_of_crops_on_average()
    {
        var work = new TrainingWork(FlopsPerImage: 40, FlopsPerSmallImage: 10, SmallSteps: 5) { CropShare = 0.5 };
        var options = Options(0.5, steps: 10);
        var plan = NetworkPlan.Of(NetworkSpecification.Create(options, classCount: 3));

        Assert.AreEqual(50, work.Between(0, 5));
        Assert.AreEqual(20 + 50, work.Between(3, 7));
        var ofRun = TrainingWork.Of(plan, meanTextTokens: null, evaluationsBeside: 0, options.Training);
        Assert.AreEqual(0, ofRun.SmallSteps);
        Assert.AreEqual(0.25, ofRun.FlopsPerSmallImage / (double)ofRun.FlopsPerImage, 0.02);
    }

    private static TrainingBatch Cropped(BatchBuilder builder)
    {
        for (int step = 0; ; step++)
        {
            var batch = builder.Build(step, 0);
            if (batch.Conditions.CropCorner is not null)
            {
                return batch;
            }

            batch.Dispose();
        }
    }

    private static SimpleDiffusionOptions Options(double share, int steps = 4)
    {
        var options = OptionsResolver.Resolve(TinyData.Options(steps), hasGpu: false, seed: 1);
        (options.Network.Coordinates, options.Training.CropShare, options.Training.BatchSize) = (true, share, 32);
        return options;
    }
}
