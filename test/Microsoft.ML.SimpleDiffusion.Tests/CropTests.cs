using Microsoft.ML.SimpleDiffusion.Generation;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Tests;

/// <summary>Models that learn of crops too and know where a pixel is.</summary>
[TestClass]
public class CropTests
{
    private const string Layer = "coordinates.dense.weight";

    private readonly MLContext _context = new(1);

    [TestMethod]
    [DataRow(NetworkArchitecture.UVit, PatchingType.None, false)]
    [DataRow(NetworkArchitecture.UVit, PatchingType.Dwt, true)]
    [DataRow(NetworkArchitecture.ResidualUVit, PatchingType.Convolution, false)]
    [DataRow(NetworkArchitecture.UNet, PatchingType.None, true)]
    public void Model_is_trained_in_all_sizes_resumed_saved_and_loaded(NetworkArchitecture architecture, PatchingType patching, bool checkpointsActivations)
    {
        using var folder = new TemporaryFolder();
        byte[] expected = PausedRuns.AssertSameWeights(_context, [2, 4], Run);
        using var model = Fit(Run(null, null));
        model.SaveAsSafetensors(folder.File("model"));
        _context.Model.Save(model, null, folder.File("model.zip"));
        using var fromFolder = SimpleDiffusionTransformer.LoadFromSafetensors(_context, folder.File("model"));
        using var fromZip = (SimpleDiffusionTransformer)_context.Model.Load(folder.File("model.zip"), out _);

        CollectionAssert.AreEqual(expected, WeightBytes.Of(fromZip));
        CollectionAssert.AreEqual(model.GeneratePng("red", seed: 1), fromFolder.GeneratePng("red", seed: 1));
        Assert.IsGreaterThan(0, Weights(model).Max(Math.Abs));
        Assert.AreEqual(TinyData.Side, model.Options.ImageHeight);

        SimpleDiffusionOptions Run(int? stopAt, string? directory)
        {
            var options = Options(0.6, steps: 6);
            (options.Network.Architecture, options.Network.Patching, options.Network.PatchLevels) = (architecture, patching, 1);
            options.Network.BlocksPerLevel = architecture == NetworkArchitecture.UNet ? [1, 1] : [1];
            (options.Network.ActivationCheckpointing, options.Training.HalfResolutionShare, options.Training.AugmentationShare) = (checkpointsActivations, 0.2, 0.5);
            (options.Training.StopAtStep, options.Training.CheckpointDirectory) = (stopAt, directory);
            return options;
        }
    }

    [TestMethod]
    public void Models_of_captions_learn_of_crops_with_transformer_blocks_on_a_higher_level_and_noise_of_the_device()
    {
        var options = Options(0.9);
        options.Network.TextEncoder = new TextEncoderOptions { Width = 16, Depth = 1, Heads = 2, MaxLength = 16 };
        (options.Network.TransformerFromResolution, options.Training.DrawNoiseOnDevice) = (8, true);
        using var model = _context.Transforms.SimpleDiffusion(options).Fit(_context.Data.LoadFromEnumerable(TinyData.Rows(12)));

        Assert.IsTrue(model.History.Losses.All(point => double.IsFinite(point.Loss)));
        model.GeneratePng("red", seed: 1);
    }

    [TestMethod]
    public void Coordinates_are_added_to_a_model_that_has_none_but_not_taken_away()
    {
        var none = Options(0);
        none.Network.Coordinates = false;
        using var plain = Fit(none);
        using var cropped = Fit(Options(0.5));
        var still = Options(0.5, steps: 1);
        still.Training.LearningRate = 1e-200;

        using var added = _context.Transforms.SimpleDiffusion(still).Fit(TinyData.View(_context), plain);
        var error = Assert.ThrowsExactly<ArgumentException>(() => _context.Transforms.SimpleDiffusion(none).Fit(TinyData.View(_context), cropped).Dispose());

        CollectionAssert.AreEqual(plain.GeneratePng("red", seed: 1), added.GeneratePng("red", seed: 1));
        StringAssert.Contains(error.Message, "; coordinates)");
    }

    [TestMethod]
    public void Student_knows_the_coordinates_that_its_teacher_knows()
    {
        using var teacher = Fit(Options(0.5, steps: 6));
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

        CollectionAssert.AreEqual(Weights(teacher), Weights(student));
        CollectionAssert.AreEqual(few.GeneratePng("red", seed: 1), student.GeneratePng("red", seed: 1));
    }

    private static float[] Weights(SimpleDiffusionTransformer model) => ((TorchGenerator)model.Model).Model.Use(trained =>
        trained.Network.named_parameters().Single(named => named.name == Layer).parameter.data<float>().ToArray());

    private static SimpleDiffusionOptions Options(double share, int steps = 3)
    {
        var options = TinyData.Options(steps);
        (options.Network.Coordinates, options.Training.CropShare) = (true, share);
        return options;
    }

    private SimpleDiffusionTransformer Fit(SimpleDiffusionOptions options) => _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context));
}
