using Microsoft.ML.SimpleDiffusion.Diffusion;
using Microsoft.ML.SimpleDiffusion.Generation;
using Microsoft.ML.SimpleDiffusion.Networks.Blocks;
using Microsoft.ML.SimpleDiffusion.Networks.Plan;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;
using Microsoft.ML.SimpleDiffusion.Training.Feed;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests;

/// <summary>Models that learn of transformed images and are told how they have been.</summary>
[TestClass]
public class AugmentationTests
{
    private const string Layer = "embedding.augmentation.weight";

    private readonly MLContext _context = new(1);

    [TestMethod]
    public void Image_that_is_told_as_zeros_is_as_it_was_and_all_else_of_the_batch_is_the_same()
    {
        SimpleDiffusionOptions options = Resolved(0.5), plain = Resolved(0);
        using var data = TinyDataset.OfRandomPixels(_context, options);
        using var batch = new BatchBuilder(data, options, NoiseSchedules.Create(options)).Build(4, 0);
        using var usual = new BatchBuilder(data, plain, NoiseSchedules.Create(plain)).Build(4, 0);
        using var scope = NewDisposeScope();

        bool[] isLeft = batch.Conditions.Augmentation!.eq(0).all(dim: 1).data<bool>().ToArray();
        bool[] isSame = batch.Pixels.eq(usual.Pixels).view(isLeft.Length, -1).all(dim: 1).data<bool>().ToArray();
        CollectionAssert.AreEqual(isLeft, isSame);
        Assert.IsTrue(isLeft.Contains(true) && isLeft.Contains(false));
        CollectionAssert.AreEqual(new long[] { isLeft.Length, EmbeddingPlan.AugmentationNumbers }, batch.Conditions.Augmentation.shape);
        Assert.IsNull(usual.Conditions.Augmentation);
        CollectionAssert.AreEqual(usual.Noise!.data<float>().ToArray(), batch.Noise!.data<float>().ToArray());
        CollectionAssert.AreEqual(usual.Conditions.Classes!.data<long>().ToArray(), batch.Conditions.Classes!.data<long>().ToArray());
        CollectionAssert.AreEqual(usual.Levels.LogSnr.data<float>().ToArray(), batch.Levels.LogSnr.data<float>().ToArray());
    }

    [TestMethod]
    public void Batch_is_the_same_however_many_threads_make_it_and_in_however_many_parts_it_comes()
    {
        SimpleDiffusionOptions options = Resolved(0.9), parts = Resolved(0.9);
        (parts.Training.BatchSize, parts.Training.GradientAccumulation) = (options.Training.BatchSize / 2, 2);
        using var data = TinyDataset.OfRandomPixels(_context, options);
        using var one = new BatchBuilder(data, options, NoiseSchedules.Create(options), threads: 1).Build(2, 0);
        using var many = new BatchBuilder(data, options, NoiseSchedules.Create(options), threads: 5).Build(2, 0);
        using var second = new BatchBuilder(data, parts, NoiseSchedules.Create(options)).Build(2, 1);

        CollectionAssert.AreEqual(one.Pixels.data<byte>().ToArray(), many.Pixels.data<byte>().ToArray());
        float[] told = one.Conditions.Augmentation!.data<float>().ToArray();
        CollectionAssert.AreEqual(told, many.Conditions.Augmentation!.data<float>().ToArray());
        CollectionAssert.AreEqual(told[(told.Length / 2)..], second.Conditions.Augmentation!.data<float>().ToArray());
    }

    [TestMethod]
    public void Network_begins_as_one_that_is_told_nothing_and_makes_nothing_of_zeros()
    {
        using var scope = NewDisposeScope();
        var options = SmallNetwork.Options(NetworkArchitecture.UVit);
        options.Training.AugmentationShare = 0.5;
        using var network = SmallNetwork.Create(NetworkSpecification.Create(options, classCount: 0));
        using var guard = no_grad();
        var layer = network.named_parameters().Single(named => named.name == Layer).parameter;
        manual_seed(2);
        Tensor z = randn(2, 3, 16, 16), logSnr = tensor(new[] { -1f, 2f }), numbers = randn(2, EmbeddingPlan.AugmentationNumbers);

        float[] untold = Prediction(null), nothing = Prediction(zeros_like(numbers)), told = Prediction(numbers);
        _ = layer.zero_();
        float[] atZero = Prediction(numbers);

        CollectionAssert.AreEqual(untold, nothing);
        CollectionAssert.AreNotEqual(untold, told);
        CollectionAssert.AreEqual(untold, atZero);

        float[] Prediction(Tensor? augmentation) => network.forward(z, logSnr, default(ImageConditions) with { Augmentation = augmentation }).data<float>().ToArray();
    }

    [TestMethod]
    public void Layer_is_there_only_where_it_is_asked_for_begins_at_zero_and_learns()
    {
        using var plain = Fit(Options(0));
        var still = Options(0.5);
        still.Training.LearningRate = 1e-200;
        using var begun = Fit(still);
        still.Training.AugmentationShare = 0;
        using var unaugmented = Fit(still);
        using var learnt = Fit(Options(0.5, steps: 6));

        Assert.IsEmpty(Weights(plain));
        Assert.AreEqual(0, Weights(begun).Max(Math.Abs));
        CollectionAssert.AreEqual(unaugmented.GeneratePng("red", seed: 1), begun.GeneratePng("red", seed: 1), "all else begins alike");
        Assert.IsGreaterThan(0, Weights(learnt).Max(Math.Abs));
        Assert.AreEqual(plain.ParameterCount + (EmbeddingPlan.AugmentationNumbers * 32), learnt.ParameterCount);
    }

    [TestMethod]
    [DataRow(NetworkArchitecture.UVit, PatchingType.None, OptimizerType.Adam)]
    [DataRow(NetworkArchitecture.ResidualUVit, PatchingType.Dwt, OptimizerType.Muon)]
    [DataRow(NetworkArchitecture.UNet, PatchingType.Convolution, OptimizerType.Adam)]
    public void Model_is_trained_in_two_sizes_resumed_saved_and_loaded(NetworkArchitecture architecture, PatchingType patching, OptimizerType optimizer)
    {
        using var folder = new TemporaryFolder();
        byte[] expected = PausedRuns.AssertSameWeights(_context, [1, 3], Run);
        using var model = Fit(Run(null, null));
        model.SaveAsSafetensors(folder.File("model"));
        _context.Model.Save(model, null, folder.File("model.zip"));
        using var fromFolder = SimpleDiffusionTransformer.LoadFromSafetensors(_context, folder.File("model"));
        using var fromZip = (SimpleDiffusionTransformer)_context.Model.Load(folder.File("model.zip"), out _);

        CollectionAssert.AreEqual(expected, WeightBytes.Of(fromZip));
        byte[] image = model.GeneratePng("red", seed: 1);
        CollectionAssert.AreEqual(image, fromFolder.GeneratePng("red", seed: 1));
        CollectionAssert.AreEqual(image, fromZip.GeneratePng("red", seed: 1));

        SimpleDiffusionOptions Run(int? stopAt, string? directory)
        {
            var options = Options(0.6, steps: 4);
            (options.Network.Architecture, options.Network.Patching, options.Network.PatchLevels) = (architecture, patching, 1);
            if (architecture == NetworkArchitecture.UNet)
            {
                (options.Network.BlocksPerLevel, options.Network.AttentionResolutions) = ([1, 1], [4]);
            }

            (options.Training.HalfResolutionShare, options.Training.RandomHorizontalFlip, options.Training.Optimizer) = (0.5, true, optimizer);
            (options.Training.StopAtStep, options.Training.CheckpointDirectory) = (stopAt, directory);
            return options;
        }
    }

    [TestMethod]
    public void Run_does_not_go_on_with_another_share()
    {
        using var folder = new TemporaryFolder();
        var options = Options(0.5);
        (options.Training.CheckpointDirectory, options.Training.StopAtStep) = (folder.Path, 1);
        Fit(options).Dispose();
        (options.Training.AugmentationShare, options.Training.StopAtStep) = (0.4, null);

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Fit(options).Dispose());

        StringAssert.Contains(error.Message, "options.training.augmentationShare is 0.5 there and 0.4 here");
    }

    [TestMethod]
    public void Models_of_captions_and_of_tiles_are_told_too()
    {
        var captions = Options(0.7);
        var rows = _context.Data.LoadFromEnumerable(TinyData.Rows(12));
        captions.Network.TextEncoder = new TextEncoderOptions { Width = 16, Depth = 1, Heads = 2, MaxLength = 16 };
        using var model = _context.Transforms.SimpleDiffusion(captions).Fit(rows);
        var tiles = Options(0.7);
        tiles.Network.Seamless = true;
        using var seamless = Fit(tiles);

        Assert.IsNotEmpty(Weights(model));
        Assert.IsNotEmpty(Weights(seamless));
        model.GeneratePng("red", seed: 1);
        seamless.GeneratePng("red", seed: 1);
    }

    [TestMethod]
    public void Training_goes_on_from_a_model_with_and_without_the_layer()
    {
        using var plain = Fit(Options(0, steps: 4));
        using var augmented = Fit(Options(0.5, steps: 4));
        SimpleDiffusionOptions with = Options(0.5, steps: 1), without = Options(0, steps: 1);
        (with.Training.LearningRate, without.Training.LearningRate) = (1e-200, 1e-200);

        using var added = _context.Transforms.SimpleDiffusion(with).Fit(TinyData.View(_context), plain);
        using var removed = _context.Transforms.SimpleDiffusion(without).Fit(TinyData.View(_context), augmented);
        using var kept = _context.Transforms.SimpleDiffusion(with).Fit(TinyData.View(_context), augmented);

        Assert.AreEqual(0, Weights(added).Max(Math.Abs));
        Assert.IsEmpty(Weights(removed));
        CollectionAssert.AreEqual(Weights(augmented), Weights(kept));
        CollectionAssert.AreEqual(plain.GeneratePng("red", seed: 1), added.GeneratePng("red", seed: 1));
        CollectionAssert.AreEqual(augmented.GeneratePng("red", seed: 1), removed.GeneratePng("red", seed: 1));
    }

    [TestMethod]
    public void Student_of_an_augmented_teacher_has_no_such_layer_and_begins_as_its_teacher()
    {
        using var teacher = Fit(Options(0.5, steps: 4));
        var options = new DistillationOptions
        {
            Seed = 7,
            SamplingSteps = 2,
            Teacher = new SamplingOptions { Sampler = SamplerType.Ddim, Steps = 4, Thresholding = ThresholdingType.None },
            Training = new TrainingOptions { Steps = 2, BatchSize = 6, LearningRate = 1e-200 },
            Compute = new ComputeOptions { Device = ComputeDevice.Cpu, Precision = ComputePrecision.Float32, Threads = 1 },
        };
        using var student = _context.Transforms.DistillSimpleDiffusion(teacher, options).Fit(TinyData.View(_context));
        using var few = teacher.WithSampling(new SamplingOptions { Sampler = SamplerType.Ddim, Steps = 2, Thresholding = ThresholdingType.None });

        Assert.IsEmpty(Weights(student));
        CollectionAssert.AreEqual(few.GeneratePng("red", seed: 1), student.GeneratePng("red", seed: 1));
    }

    [TestMethod]
    public void Validation_images_are_left_as_they_are()
    {
        var options = Options(0.5, steps: 1);
        options.Training.LearningRate = 1e-200;
        using var augmented = _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context), TinyData.View(_context, 6));
        options.Training.AugmentationShare = 0.95;
        using var more = _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context), TinyData.View(_context, 6));

        // The weights are the same, since they have learnt nothing.
        Assert.AreEqual(Loss(augmented), Loss(more));

        static double Loss(SimpleDiffusionTransformer model) => model.History.Evaluations[^1].Metrics[TrainingOptions.ValidationLossName];
    }

    private static float[] Weights(SimpleDiffusionTransformer model) => ((TorchGenerator)model.Model).Model.Use(trained =>
        trained.Network.named_parameters().Where(named => named.name == Layer).SelectMany(named => named.parameter.data<float>().ToArray()).ToArray());

    private static SimpleDiffusionOptions Options(double share, int steps = 3)
    {
        var options = TinyData.Options(steps);
        options.Training.AugmentationShare = share;
        return options;
    }

    private static SimpleDiffusionOptions Resolved(double share)
    {
        var options = OptionsResolver.Resolve(Options(share), hasGpu: false, seed: 1);
        options.Training.BatchSize = 32;
        return options;
    }

    private SimpleDiffusionTransformer Fit(SimpleDiffusionOptions options) => _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context));
}
