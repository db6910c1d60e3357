using Microsoft.ML.SimpleDiffusion.Compute;
using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;
using Microsoft.ML.SimpleDiffusion.Training.Feed;
using Microsoft.ML.SimpleDiffusion.Training.Objectives;
using Microsoft.ML.SimpleDiffusion.Training.Observers;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests.Training.Feed;

[TestClass]
public class HalfResolutionTests
{
    private readonly MLContext _context = new(1);

    [TestMethod]
    [DataRow(0.0, 0)]
    [DataRow(0.25, 25)]
    [DataRow(0.504, 50)]
    [DataRow(0.9, 90)]
    public void First_share_of_the_steps_is_at_half_resolution(double share, int first)
    {
        var options = Options(share, steps: 100);
        using var data = TinyDataset.Load(_context, options);
        var builder = new BatchBuilder(data, options, NoiseSchedules.Create(options));
        foreach (int step in new[] { 0, first - 1, first, 99 }.Where(step => step >= 0))
        {
            using var batch = builder.Build(step, 0);
            Assert.AreEqual(step < first, batch.IsHalfResolution, $"step {step}");
        }
    }

    [TestMethod]
    public void Small_images_are_means_of_four_pixels_and_their_noise_has_variance_1()
    {
        using var scope = NewDisposeScope();
        var options = Options(0.5);
        using var data = TinyDataset.Load(_context, options);
        var builder = new BatchBuilder(data, options, NoiseSchedules.Create(options));
        using TrainingBatch small = builder.Build(0, 0), full = new BatchBuilder(data, Options(0), NoiseSchedules.Create(options)).Build(0, 0);
        var target = ComputeTarget.Resolve(new ComputeOptions { Device = ComputeDevice.Cpu });
        Tensor images = small.ImagesOn(target), whole = full.ImagesOn(target);

        CollectionAssert.AreEqual(new long[] { 8, 3, 4, 4 }, images.shape);
        float expected = (whole[1, 2, 4, 6] + whole[1, 2, 4, 7] + whole[1, 2, 5, 6] + whole[1, 2, 5, 7]).item<float>() / 4;
        Assert.AreEqual(expected, images[1, 2, 2, 3].item<float>(), 1e-6f);

        manual_seed(1);
        Assert.AreEqual(1, HalfResolution.OfNoise(randn(8, 3, 64, 64)).var().item<float>(), 0.03f);
        var noise = new BatchDraws(options, target).Noise(small);
        CollectionAssert.AreEqual(images.shape, noise.shape);
        Assert.AreEqual((small.Noise![1, 2, 4, 6] + small.Noise[1, 2, 4, 7] + small.Noise[1, 2, 5, 6] + small.Noise[1, 2, 5, 7]).item<float>() / 2, noise[1, 2, 2, 3].item<float>(), 1e-6f);
    }

    [TestMethod]
    [DataRow(NoiseDraws.Schedule)]
    [DataRow(NoiseDraws.Normal)]
    public void Their_noise_levels_are_those_of_images_of_their_size(NoiseDraws draws)
    {
        var options = Options(0.5);
        options.Diffusion.NoiseDraws = draws;
        var smallOptions = Options(0);
        (smallOptions.ImageHeight, smallOptions.ImageWidth, smallOptions.Diffusion.NoiseDraws) = (4, 4, draws);
        using var data = TinyDataset.Load(_context, options);
        using var batch = new BatchBuilder(data, options, NoiseSchedules.Create(options)).Build(0, 0);
        using var expected = new BatchBuilder(data, smallOptions, NoiseSchedules.Create(smallOptions)).Build(0, 0);

        CollectionAssert.AreEqual(expected.Levels.LogSnr.data<float>().ToArray(), batch.Levels.LogSnr.data<float>().ToArray());
        CollectionAssert.AreEqual(expected.Levels.LossWeight.data<float>().ToArray(), batch.Levels.LossWeight.data<float>().ToArray());
    }

    [TestMethod]
    public void Positions_of_small_maps_are_means_of_those_that_they_cover()
    {
        using var scope = NewDisposeScope();
        var positions = arange(24, dtype: ScalarType.Float32).view(4 * 6, 1);

        var mean = Tokens.PositionsOf(zeros(1, 1, 2, 3), positions);

        // Rows of six: 0, 1, 6 and 7 have the mean 3.5.
        CollectionAssert.AreEqual(new[] { 3.5f, 5.5f, 7.5f, 15.5f, 17.5f, 19.5f }, mean.data<float>().ToArray());
        CollectionAssert.AreEqual(positions.data<float>().ToArray(), Tokens.PositionsOf(zeros(1, 1, 4, 6), positions).data<float>().ToArray());
    }

    [TestMethod]
    [DataRow(NetworkArchitecture.UVit, PatchingType.None)]
    [DataRow(NetworkArchitecture.UVit, PatchingType.Dwt)]
    [DataRow(NetworkArchitecture.ResidualUVit, PatchingType.Convolution)]
    [DataRow(NetworkArchitecture.UNet, PatchingType.None)]
    public void Every_network_learns_both_sizes_and_draws_the_full_one(NetworkArchitecture architecture, PatchingType patching)
    {
        var options = TinyData.Options(steps: 4);
        (options.Network.Architecture, options.Network.Patching, options.Network.PatchLevels) = (architecture, patching, 1);
        if (architecture == NetworkArchitecture.UNet)
        {
            (options.Network.BlocksPerLevel, options.Network.AttentionResolutions) = ([1, 1], [8]);
        }

        options.Training.HalfResolutionShare = 0.5;
        using var model = _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context));

        Assert.AreEqual(4, model.TrainedSteps);
        Assert.IsTrue(model.History.Losses.All(loss => double.IsFinite(loss.Loss)));
        Assert.AreEqual(TinyData.Side, model.Options.ImageHeight);
    }

    [TestMethod]
    public void Run_that_pauses_before_at_or_after_the_switch_has_the_weights_of_one_that_does_not_bit_for_bit()
    {
        byte[] expected = PausedRuns.AssertSameWeights(_context, [2, 3, 5], Run);
        var usual = Run(stopAt: null, directory: null);
        usual.Training.HalfResolutionShare = 0;
        CollectionAssert.AreNotEqual(expected, WeightBytes.OfTrained(_context, usual));

        static SimpleDiffusionOptions Run(int? stopAt, string? directory)
        {
            var options = TinyData.Options(steps: 6);
            (options.Training.HalfResolutionShare, options.Training.StopAtStep, options.Training.CheckpointDirectory) = (0.5, stopAt, directory);
            return options;
        }
    }

    [TestMethod]
    public void Time_left_is_reckoned_by_the_work_that_is_left()
    {
        var work = new TrainingWork(FlopsPerImage: 40, FlopsPerSmallImage: 10, SmallSteps: 5);

        Assert.AreEqual(50, work.Between(0, 5));
        Assert.AreEqual(20 + 80, work.Between(3, 7));
        Assert.AreEqual(120, work.Between(7, 10));
    }

    [TestMethod]
    public void Step_at_half_resolution_takes_about_a_quarter_of_the_work()
    {
        var options = Options(0.5, steps: 10);
        var plan = NetworkPlan.Of(NetworkSpecification.Create(options, classCount: 3));

        var work = TrainingWork.Of(plan, meanTextTokens: null, evaluationsBeside: 0, options.Training);

        Assert.AreEqual(5, work.SmallSteps);
        Assert.AreEqual(plan.TrainingFlops, work.FlopsPerImage);
        Assert.AreEqual(0.25, work.FlopsPerSmallImage / (double)work.FlopsPerImage, 0.02);
    }

    private static SimpleDiffusionOptions Options(double share, int steps = 4)
    {
        var options = OptionsResolver.Resolve(TinyData.Options(steps), hasGpu: false, seed: 1);
        options.Training.HalfResolutionShare = share;
        return options;
    }
}
