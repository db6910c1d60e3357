using Microsoft.ML.SimpleDiffusion.Evaluation.Classifier;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Classifier;

[TestClass]
public class ClassifierDistanceTests
{
    private const int TinyPictures = 120;

    private static readonly MLContext Context = new(1);

    [TestMethod]
    public void Real_pictures_are_near_and_noise_is_far()
    {
        using var metric = Train();

        Assert.IsLessThan(metric.Ceiling / 10, metric.Floor);
        Assert.AreEqual(1, metric.RealAgreement);
        Assert.AreEqual(TinyPictures / 4, metric.RealCount);
    }

    [TestMethod]
    public void Floor_and_ceiling_are_always_printed()
    {
        using var metric = Train();
        var result = metric.Measure(TinyData.View(Context, 90), "Image", "Label");

        foreach (string text in new[] { metric.ToString(), result.ToString() })
        {
            StringAssert.Contains(text, FormattableString.Invariant($"{metric.Floor:G4}"));
            StringAssert.Contains(text, FormattableString.Invariant($"{metric.Ceiling:G4}"));
        }
    }

    [TestMethod]
    public void Pictures_of_another_class_than_was_asked_for_disagree()
    {
        using var metric = Train();
        var swapped = TinyData.Rows(90).Select(row => new TinyRow { Image = row.Image, Label = row.Label == "red" ? "green" : row.Label });

        var result = metric.Measure(Context.Data.LoadFromEnumerable(swapped), "Image", "Label");

        Assert.AreEqual(2 / 3.0, result.Agreement, 1e-9);
        Assert.AreEqual(0.5, result.PerClassAgreement["green"], 1e-9);
        Assert.AreEqual(1, result.PerClassAgreement["blue"]);
        Assert.IsTrue(double.IsNaN(result.PerClassAgreement["red"]));
    }

    [TestMethod]
    public void The_same_seed_gives_the_same_metric_and_a_model_the_same_distance()
    {
        var training = TinyData.View(Context);
        using var model = Context.Transforms.SimpleDiffusion(TinyData.Options(steps: 1)).Fit(training);
        using ClassifierDistanceMetric one = Train(), other = Train();

        Assert.AreEqual(one.Floor, other.Floor);
        Assert.AreEqual(one.Evaluate(model, training, CancellationToken.None), other.Evaluate(model, training, CancellationToken.None));
    }

    [TestMethod]
    public void A_model_is_asked_for_evenly_spaced_rows_and_sampled_as_told()
    {
        using var metric = Train(options => (options.MaxImages, options.Sampling) = (3, new SamplingOptions { Steps = 1 }));
        var sorted = TinyData.View(Context, 24);
        using var model = Context.Transforms.SimpleDiffusion(TinyData.Options(steps: 1)).Fit(sorted);

        double distance = metric.Evaluate(model, sorted, CancellationToken.None);

        using var sampler = model.WithSampling(new SamplingOptions { Steps = 1 });
        var generated = EvenlySpacedRows.Of(sampler.Transform(sorted), 3);

        // Pixels may differ by a level where batches differ.
        double expected = metric.Measure(generated, "GeneratedImage", labelColumnName: null).Distance;
        Assert.AreEqual(expected, distance, 0.02 * expected);
    }

    private static ClassifierDistanceMetric Train(Action<ClassifierDistanceOptions>? change = null)
    {
        var options = new ClassifierDistanceOptions { ImageSize = 8, Epochs = 4, Compute = new ComputeOptions { Device = ComputeDevice.Cpu, Threads = 1 } };
        change?.Invoke(options);
        return Context.ImageGeneration().TrainClassifierDistance(TinyData.View(Context, TinyPictures), options);
    }
}
