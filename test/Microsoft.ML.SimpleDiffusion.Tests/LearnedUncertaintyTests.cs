using Microsoft.ML.SimpleDiffusion.Generation;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;
using static TorchSharp.torch;

namespace Microsoft.ML.SimpleDiffusion.Tests;

/// <summary>Models whose losses count by how large they have been learnt to be.</summary>
[TestClass]
public class LearnedUncertaintyTests
{
    private const string Layer = "embedding.uncertainty.weight";

    private readonly MLContext _context = new(1);

    [TestMethod]
    public void Layer_is_there_only_where_it_is_asked_for_and_all_else_begins_alike_with_the_same_losses()
    {
        using var plain = Fit(Still(false));
        using var weighted = Fit(Still(true));
        var (with, without) = (Weights(weighted), Weights(plain));

        Assert.AreEqual(0, with[Layer].Max(Math.Abs));
        CollectionAssert.AreEquivalent(without.Keys.Append(Layer).ToArray(), with.Keys.ToArray());
        foreach (var (name, weights) in without)
        {
            CollectionAssert.AreEqual(weights, with[name], name);
        }

        CollectionAssert.AreEqual(plain.History.Losses.Select(point => point.Loss).ToArray(), weighted.History.Losses.Select(point => point.Loss).ToArray());

        static SimpleDiffusionOptions Still(bool isWeighted)
        {
            var options = Options(isWeighted);
            options.Training.LearningRate = 1e-200;
            return options;
        }
    }

    [TestMethod]
    [DataRow(NetworkArchitecture.UVit, OptimizerType.Adam)]
    [DataRow(NetworkArchitecture.UNet, OptimizerType.Muon)]
    public void Model_is_trained_in_two_sizes_resumed_saved_and_loaded(NetworkArchitecture architecture, OptimizerType optimizer)
    {
        using var folder = new TemporaryFolder();
        byte[] expected = PausedRuns.AssertSameWeights(_context, [1, 3], Run);
        using var model = Fit(Run(null, null));
        model.SaveAsSafetensors(folder.File("model"));
        _context.Model.Save(model, null, folder.File("model.zip"));
        using var fromFolder = SimpleDiffusionTransformer.LoadFromSafetensors(_context, folder.File("model"));
        using var fromZip = (SimpleDiffusionTransformer)_context.Model.Load(folder.File("model.zip"), out _);

        CollectionAssert.AreEqual(expected, WeightBytes.Of(fromZip));
        CollectionAssert.AreEqual(model.GeneratePng("red", seed: 1), fromFolder.GeneratePng("red", seed: 1));
        Assert.IsGreaterThan(0, Weights(model)[Layer].Max(Math.Abs));

        SimpleDiffusionOptions Run(int? stopAt, string? directory)
        {
            var options = Options(isWeighted: true, steps: 4);
            (options.Network.Architecture, options.Network.BlocksPerLevel) = (architecture, architecture == NetworkArchitecture.UNet ? [1, 1] : [1]);
            (options.Training.HalfResolutionShare, options.Training.GradientAccumulation, options.Training.Optimizer) = (0.5, 2, optimizer);
            (options.Training.StopAtStep, options.Training.CheckpointDirectory) = (stopAt, directory);
            return options;
        }
    }

    [TestMethod]
    public void Layer_is_clipped_with_the_rest_and_left_to_adam()
    {
        var options = Options(isWeighted: true);
        options.Training.Optimizer = OptimizerType.Muon;
        using var training = new TinyTraining(options);

        var slot = training.State.Layout.Slots.Single(slot => slot.Name == Layer);
        Assert.IsTrue(training.State.Layout.Rest.Contains(slot.Range));

        // Of both moments, the second is of the clipped gradient: all squares together are at most one, times 1 - beta2.
        training.Step(1);
        using var moments = training.State.SecondMoments.View(slot);
        Assert.IsGreaterThan(0f, moments.max().item<float>());
        Assert.IsLessThanOrEqualTo(1.0001 * (1 - options.Training.AdamBeta2), training.State.SecondMoments.Values.sum().item<float>());
    }

    [TestMethod]
    public void Expected_loss_follows_the_loss_down()
    {
        var options = Options(isWeighted: true, steps: 150);
        (options.Network.BaseChannels, options.Training.EmaDecay, options.Training.LearningRate) = (16, 0, 3e-3);
        using var model = Fit(options);

        double[] losses = [.. model.History.Losses.TakeLast(30).Select(point => point.Loss)];
        double expected = ((TorchGenerator)model.Model).Model.Use(trained =>
        {
            using var scope = NewDisposeScope();
            double[] times = [.. Enumerable.Range(0, 64).Select(i => (i + 0.5) / 64)];
            return trained.Network.LogUncertainty(tensor(Array.ConvertAll(times, time => (float)trained.Schedule.LogSnr(time)))).exp().mean().item<float>();
        });

        Assert.IsLessThan(0.9, losses.Average());
        Assert.AreEqual(1, expected / losses.Average(), 0.35);
    }

    [TestMethod]
    public void Training_goes_on_from_a_model_with_and_without_the_layer()
    {
        using var plain = Fit(Options(false, steps: 4));
        using var weighted = Fit(Options(true, steps: 4));
        SimpleDiffusionOptions with = Options(true, steps: 1), without = Options(false, steps: 1);
        (with.Training.LearningRate, without.Training.LearningRate) = (1e-200, 1e-200);

        using var added = _context.Transforms.SimpleDiffusion(with).Fit(TinyData.View(_context), plain);
        using var removed = _context.Transforms.SimpleDiffusion(without).Fit(TinyData.View(_context), weighted);
        using var kept = _context.Transforms.SimpleDiffusion(with).Fit(TinyData.View(_context), weighted);

        Assert.AreEqual(0, Weights(added)[Layer].Max(Math.Abs));
        Assert.IsFalse(Weights(removed).ContainsKey(Layer));
        CollectionAssert.AreEqual(Weights(weighted)[Layer], Weights(kept)[Layer]);
    }

    [TestMethod]
    public void Student_has_no_such_layer()
    {
        using var teacher = Fit(Options(true));
        var options = new DistillationOptions
        {
            SamplingSteps = 2,
            Training = new TrainingOptions { Steps = 1, BatchSize = 6 },
            Compute = new ComputeOptions { Device = ComputeDevice.Cpu, Precision = ComputePrecision.Float32, Threads = 1 },
        };
        using var student = _context.Transforms.DistillSimpleDiffusion(teacher, options).Fit(TinyData.View(_context));

        Assert.IsFalse(student.Options.Diffusion.LearnedUncertainty);
        Assert.IsFalse(Weights(student).ContainsKey(Layer));
    }

    private static Dictionary<string, float[]> Weights(SimpleDiffusionTransformer model) => ((TorchGenerator)model.Model).Model.Use(trained =>
        trained.Network.named_parameters().ToDictionary(named => named.name, named => named.parameter.data<float>().ToArray()));

    private static SimpleDiffusionOptions Options(bool isWeighted, int steps = 3)
    {
        var options = TinyData.Options(steps);
        options.Diffusion.LearnedUncertainty = isWeighted;
        return options;
    }

    private SimpleDiffusionTransformer Fit(SimpleDiffusionOptions options) => _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context));
}
