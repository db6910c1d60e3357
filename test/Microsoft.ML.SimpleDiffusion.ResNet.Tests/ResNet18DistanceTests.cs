using Microsoft.ML.SimpleDiffusion.ResNet.Tests.Support;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.ResNet.Tests;

[TestClass]
public class ResNet18DistanceTests
{
    private static readonly MLContext Context = new(1);

    [TestMethod]
    public void Same_pictures_are_at_no_distance_and_distorted_ones_ever_farther()
    {
        var real = SomePictures.View(Context, 24);
        using var metric = Context.ImageGeneration().ResNet18Distance(real);

        double[] distances = [.. new[] { 0, 0.02, 0.1, 0.5 }.Select(noise => metric.Measure(SomePictures.View(Context, 24, noise: noise), "Image").Distance)];

        // The roots of two matrices that are equal: rounding of their eigenvalues.
        Assert.AreEqual(0, distances[0], 1e-3 * distances[^1]);
        CollectionAssert.AreEqual(distances.Order().ToArray(), distances);
        Assert.IsGreaterThan(2 * distances[1], distances[3]);
    }

    [TestMethod]
    public void One_call_gives_distance_precision_and_recall()
    {
        var generated = Context.Transforms.CopyColumns("GeneratedImage", "Image").Fit(SomePictures.View(Context, 20)).Transform(SomePictures.View(Context, 20, seed: 2));

        var result = Context.ImageGeneration().EvaluateResNet18(generated, SomePictures.View(Context, 24));

        Assert.AreEqual((20, 24), (result.Count, result.RealCount));
        Assert.IsGreaterThan(0, result.Distance);
        Assert.IsTrue(result.Precision is >= 0 and <= 1 && result.Recall is >= 0 and <= 1 && result.Density >= 0 && result.Coverage is >= 0 and <= 1, $"{result}");
        Assert.IsTrue(double.IsFinite(result.KernelDistance.Mean));
        StringAssert.StartsWith(result.ToString(), FormattableString.Invariant($"ResNet18 Fréchet distance {result.Distance:G4}, precision"));
        StringAssert.EndsWith(result.ToString(), "20 images against 24 real ones");
    }

    [TestMethod]
    public void Three_pictures_have_a_distance_and_no_precision()
    {
        using var metric = Context.ImageGeneration().ResNet18Distance(SomePictures.View(Context, 6));

        var result = metric.Measure(SomePictures.View(Context, 3), "Image");

        Assert.IsNull(result.Precision);
        StringAssert.Contains(result.ToString(), "precision –, recall –, 3 images");
    }

    [TestMethod]
    public void Distance_is_that_of_the_features_of_the_estimator()
    {
        IDataView real = SomePictures.View(Context, 12), images = SomePictures.View(Context, 12, seed: 2);
        using var metric = Context.ImageGeneration().ResNet18Distance(real);
        using var features = Context.ImageGeneration().ResNet18Features().Fit(real);

        var expected = Context.ImageGeneration().Evaluate(features.Transform(images), features.Transform(real));

        Assert.AreEqual(expected.FrechetDistance!.Value, metric.Measure(images, "Image").Distance, 1e-9);
    }

    [TestMethod]
    public void Few_pictures_are_warned_of()
    {
        var log = new CapturedLog();
        using var metric = log.Context.ImageGeneration().ResNet18Distance(SomePictures.View(log.Context, 12));

        metric.Measure(SomePictures.View(log.Context, 12), "Image");

        Assert.HasCount(1, log.With("The generated data has 12 images for 512 features"));
        Assert.HasCount(1, log.With("The reference data has 12 images for 512 features"));
    }

    [TestMethod]
    public void Training_keeps_the_best_by_the_distance_and_is_warned_once()
    {
        var log = new CapturedLog();
        var context = log.Context;
        IDataView training = TinyData.View(context), heldOut = TinyData.View(context, 6);
        using var metric = context.ImageGeneration().ResNet18Distance(heldOut, new ResNet18DistanceOptions { MaxImages = 4, Sampling = new SamplingOptions { Steps = 1 } });
        var options = TinyData.Options(steps: 2);
        (options.Training.Metrics, options.Training.MonitoredMetric, options.Training.KeepBest, options.Training.EvaluateEverySteps) = ([metric], metric.Name, true, 1);

        using var model = context.Transforms.SimpleDiffusion(options).Fit(training, heldOut);

        CollectionAssert.AreEqual(new long[] { 0, 1, 2 }, model.History.Evaluations.Select(evaluation => evaluation.Step).ToArray());
        Assert.IsTrue(model.History.Evaluations.All(evaluation => evaluation.Metrics["ResNet18Distance"] > 0));
        Assert.HasCount(1, log.With("The ResNet18 Fréchet distance of 4 images to 6 real ones comes out too high"));
        Assert.AreEqual(metric.Evaluate(model, heldOut, CancellationToken.None), metric.Evaluate(model, heldOut, CancellationToken.None));
    }

    [TestMethod]
    public void Too_few_pictures_and_bad_options_are_refused()
    {
        var one = SomePictures.View(Context, 1);
        var two = SomePictures.View(Context, 2);
        var catalog = Context.ImageGeneration();
        StringAssert.Contains(Assert.Throws<InvalidOperationException>(() => catalog.ResNet18Distance(one)).Message, "needs 2 real images or more, and the data has 1");
        using (var metric = catalog.ResNet18Distance(two))
        {
            StringAssert.Contains(Assert.Throws<InvalidOperationException>(() => metric.Measure(one, "Image")).Message, "The generated data has 1 row");
            StringAssert.Contains(Assert.Throws<ArgumentOutOfRangeException>(() => metric.Measure(two, "Picture")).Message, "Could not find image column 'Picture'");
            metric.Dispose();
            Assert.Throws<ObjectDisposedException>(() => metric.Measure(two, "Image"));
        }

        Refuse("MaxImages must be 2 or more", options => options.MaxImages = 1);
        Refuse("Threads must be 1 to 4096", options => options.Threads = 0);
        Refuse("ImageColumnName must be a name", options => options.ImageColumnName = string.Empty);
        Refuse("GeneratedColumnName must be a name", options => options.GeneratedColumnName = " ");
        Refuse("CacheDirectory must be a name or null", options => options.CacheDirectory = string.Empty);
        Refuse("NetworkFolder must be a name or null", options => options.NetworkFolder = string.Empty);

        void Refuse(string message, Action<ResNet18DistanceOptions> change)
        {
            var options = new ResNet18DistanceOptions();
            change(options);
            StringAssert.Contains(Assert.Throws<ArgumentOutOfRangeException>(() => catalog.ResNet18Distance(two, options)).Message, message);
        }
    }

    [TestMethod]
    public void Cancelled_measurement_stops()
    {
        var cancelled = new CancellationToken(canceled: true);
        Assert.Throws<OperationCanceledException>(() => Context.ImageGeneration().ResNet18Distance(SomePictures.View(Context, 4), new ResNet18DistanceOptions { CancellationToken = cancelled }));
    }
}
