using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests;

/// <summary>Models whose pixels are no bytes: what can measure them does, and what is about pictures says so.</summary>
[TestClass]
public class PixelRangeTests
{
    private const int Length = 3 * TinyData.Side * TinyData.Side;

    private static readonly MLContext Context = new(1);
    private static SimpleDiffusionTransformer s_model = null!;

    [ClassInitialize]
    public static void FitModel(TestContext context)
    {
        var options = TinyData.Options(steps: 1);
        (options.PixelMinimum, options.PixelMaximum) = (-100, 300);
        s_model = Context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(Context));
    }

    [ClassCleanup]
    public static void DisposeModel() => s_model.Dispose();

    [TestMethod]
    public void Likelihood_and_reports_are_refused_in_a_sentence()
    {
        const string Pixels = "but the model's pixels are numbers of -100 to 300 (PixelMinimum to PixelMaximum).";
        using var folder = new TemporaryFolder();

        var likelihood = Assert.ThrowsExactly<InvalidOperationException>(() => Context.ImageGeneration().EvaluateLikelihood(s_model, TinyData.View(Context)));
        var report = Assert.ThrowsExactly<InvalidOperationException>(() => Context.ImageGeneration().WriteReport(folder.File("report.html"), s_model, TinyData.View(Context)));

        StringAssert.Contains(likelihood.Message, "The likelihood in bits per dimension is that of the 256 levels of bytes, " + Pixels);
        StringAssert.Contains(report.Message, "A report is about pictures, with pixels of 0 to 255, " + Pixels);
        Assert.IsFalse(File.Exists(folder.File("report.html")));
    }

    [TestMethod]
    public void Classifier_of_pictures_does_not_take_the_generated_column_for_pictures()
    {
        var options = new ClassifierDistanceOptions { ImageSize = 8, Epochs = 1, Compute = new ComputeOptions { Device = ComputeDevice.Cpu, Threads = 1 } };
        using var metric = Context.ImageGeneration().TrainClassifierDistance(TinyData.View(Context), options);

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => metric.Evaluate(s_model, TinyData.View(Context), CancellationToken.None));

        StringAssert.Contains(error.Message, "Schema mismatch for image column 'GeneratedImage': expected pixels of 0 to 255, as pictures have them, got Vector<Single, 3, 8, 8> with pixels of -100 to 300");
    }

    [TestMethod]
    public void Error_of_denoising_is_measured()
    {
        var errors = Context.ImageGeneration().EvaluateDenoising(s_model, TinyData.View(Context), [-2, 4]);

        Assert.HasCount(2, errors);
        Assert.IsTrue(errors.All(error => double.IsFinite(error.MeanSquaredError)));
    }

    [TestMethod]
    public void Generated_pixels_are_features_like_any()
    {
        var options = new ImageGenerationEvaluationOptions { FeatureColumnName = "GeneratedImage", Metrics = ImageGenerationMetricTypes.FrechetDistance };
        var drawn = s_model.Transform(TinyData.View(Context, 8));

        Assert.AreEqual(Length, ((VectorDataViewType)drawn.Schema["GeneratedImage"].Type).Size);
        Assert.AreEqual(0, Context.ImageGeneration().Evaluate(drawn, drawn, options).FrechetDistance!.Value, 1);
    }
}
