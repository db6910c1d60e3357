using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;
using Microsoft.ML.SimpleDiffusion.Training.State;

namespace Microsoft.ML.SimpleDiffusion.Tests;

/// <summary>Averages that are chosen when the training is done.</summary>
[TestClass]
public class PowerFunctionAveragesTests
{
    private readonly MLContext _context = new(1);

    [TestMethod]
    [DataRow(0.05)]
    [DataRow(0.10)]
    public void Width_that_was_kept_gives_the_average_of_all_steps_as_it_was_made(double width)
    {
        using var folder = new TemporaryFolder();
        const int steps = 12;
        using var model = Train(folder, steps);

        // What the weights were after each step, from runs that end there.
        var profile = PowerFunctionProfile.Of(width, 1);
        double[] expected = [];
        for (int step = 1; step <= steps; step++)
        {
            double decay = (profile with { Step = step }).Decay;
            float[] weights = WeightsAfter(step, steps);
            expected = expected.Length == 0 ? [.. weights.Select(weight => (double)weight)] : [.. expected.Zip(weights, (average, weight) => (decay * average) + ((1 - decay) * weight))];
        }

        using var averaged = _context.Model.SynthesizeAverage(model, folder.Path, width);

        Assert.IsLessThan(1e-5, expected.Zip(Weights(averaged), (e, a) => Math.Abs(e - a)).Max());
        Assert.AreEqual(steps, averaged.TrainedSteps);
        averaged.GeneratePng("red");
    }

    [TestMethod]
    public void Averages_change_nothing_of_the_training_and_survive_a_resume_bit_for_bit()
    {
        using var whole = new TemporaryFolder();
        using var parts = new TemporaryFolder();
        using var plain = _context.Transforms.SimpleDiffusion(Options(null, 12, averages: false)).Fit(TinyData.View(_context));
        using var one = Train(whole, 12);
        Train(parts, 12, stopAt: 5).Dispose();
        using var other = Train(parts, 12);

        CollectionAssert.AreEqual(WeightBytes.Of(plain), WeightBytes.Of(one));
        CollectionAssert.AreEqual(File.ReadAllBytes(whole.File("checkpoint-00000012.safetensors")), File.ReadAllBytes(parts.File("checkpoint-00000012.safetensors")));
    }

    [TestMethod]
    public void Best_average_is_chosen_by_a_metric()
    {
        using var folder = new TemporaryFolder();
        using var model = Train(folder, 12);
        double[] values = [3, 1, double.NaN, 2];
        int asked = 0;

        var choice = _context.Model.ChooseAverage(model, folder.Path, [0.03, 0.07, 0.12, 0.2], new FakeMetric(_ => values[asked++]), TinyData.View(_context, 3));
        using var best = choice.Model;

        Assert.AreEqual(0.07, choice.RelativeWidth);
        CollectionAssert.AreEqual(values, new[] { 0.03, 0.07, 0.12, 0.2 }.Select(width => choice.Values[width]).ToArray());
        using var same = _context.Model.SynthesizeAverage(model, folder.Path, 0.07);
        CollectionAssert.AreEqual(WeightBytes.Of(same), WeightBytes.Of(best));
    }

    [TestMethod]
    public void Model_that_was_saved_and_loaded_still_finds_its_averages()
    {
        using var folder = new TemporaryFolder();
        using var model = Train(folder, 12);
        _context.Model.Save(model, null, folder.File("model.zip"));
        using var loaded = (SimpleDiffusionTransformer)_context.Model.Load(folder.File("model.zip"), out _);

        using var averaged = _context.Model.SynthesizeAverage(loaded, folder.Path, 0.15);

        Assert.AreEqual(12, averaged.TrainedSteps);
    }

    [TestMethod]
    public void Averages_are_not_asked_of_a_run_that_has_kept_none()
    {
        using var folder = new TemporaryFolder();
        using var other = new TemporaryFolder();
        using var without = _context.Transforms.SimpleDiffusion(Options(folder.Path, 4, averages: false)).Fit(TinyData.View(_context));
        using var with = Train(other, 4);

        foreach (var (model, place) in new[] { (without, folder.Path), (with, "/nowhere") })
        {
            var error = Assert.ThrowsExactly<InvalidOperationException>(() => _context.Model.SynthesizeAverage(model, place, 0.1));
            StringAssert.Contains(error.Message, $"The folder '{place}' holds no averages of the model's run: they are kept in checkpoints, if Training.PowerFunctionAverages is on");
        }

        var another = Assert.ThrowsExactly<InvalidOperationException>(() => _context.Model.SynthesizeAverage(with, folder.Path, 0.1));
        StringAssert.Contains(another.Message, "cannot be used: It belongs to another run");
    }

    [TestMethod]
    [DataRow(0.009)]
    [DataRow(0.26)]
    [DataRow(double.NaN)]
    public void Width_out_of_range_is_refused(double width)
    {
        using var model = RandomModel.Create(_context);

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _context.Model.SynthesizeAverage(model, "folder", width));

        Assert.AreEqual("relativeWidth", error.ParamName);
    }

    private static SimpleDiffusionOptions Options(string? folder, int steps, bool averages = true)
    {
        var options = TinyData.Options(steps);
        (options.Training.CheckpointDirectory, options.Training.PowerFunctionAverages) = (folder, averages);
        (options.Training.CheckpointEverySteps, options.Training.KeepCheckpointEverySteps) = (3, 3);
        return options;
    }

    private static float[] Weights(SimpleDiffusionTransformer model)
        => [.. FittedNetwork.Of(model).parameters().SelectMany(parameter => parameter.detach().contiguous().data<float>().ToArray())];

    private SimpleDiffusionTransformer Train(TemporaryFolder folder, int steps, int? stopAt = null)
    {
        var options = Options(folder.Path, steps);
        options.Training.StopAtStep = stopAt;
        return _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context));
    }

    /// <summary>Without an average: the moving average with the decay 0 is the weights themselves.</summary>
    private float[] WeightsAfter(int step, int steps)
    {
        var options = Options(null, steps, averages: false);
        (options.Training.EmaDecay, options.Training.StopAtStep) = (0, step);
        using var model = _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context));
        return Weights(model);
    }
}
