using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Likelihood;

[TestClass]
public class DenoisingEvaluationTests
{
    private readonly MLContext _context = new(1);

    [TestMethod]
    [DataRow(-4.0)]
    [DataRow(0.0)]
    [DataRow(3.0)]
    public void The_error_of_a_network_that_predicts_zero_has_a_closed_form(double logSnr)
    {
        using var model = Untrained();
        var view = TinyData.View(_context, 48);

        var errors = _context.ImageGeneration().EvaluateDenoising(model, view, [logSnr], [8, 4]);

        // v = 0 means x^ = alpha z, so x^ - x = alpha sigma eps - sigma^2 x, and pooling 2x2 pixels divides the variance of eps by 4.
        double alpha2 = 1 / (1 + Math.Exp(-logSnr)), sigma2 = 1 - alpha2;
        double power = TinyData.Rows(48).Average(row => row.Image.Average(value => Math.Pow((value / 127.5) - 1, 2)));
        double full = (alpha2 * sigma2) + (sigma2 * sigma2 * power);
        double pooled = (alpha2 * sigma2 / 4) + (sigma2 * sigma2 * power);
        Assert.AreEqual((logSnr, 8), (errors[0].LogSnr, errors[0].Resolution));
        Assert.AreEqual((logSnr, 4), (errors[1].LogSnr, errors[1].Resolution));
        Assert.AreEqual(full, errors[0].MeanSquaredError, 0.05 * full);
        Assert.AreEqual(pooled, errors[1].MeanSquaredError, 0.1 * pooled);
    }

    [TestMethod]
    public void Errors_are_the_same_for_every_batch_size_and_order_of_keys()
    {
        using var model = Untrained();
        using var other = model.WithSampling(new SamplingOptions { BatchSize = 5 });
        var rows = TinyData.Rows(12).ToList();
        var texts = _context.Data.LoadFromEnumerable(rows);

        double expected = _context.ImageGeneration().EvaluateDenoising(model, TinyData.View(_context, 12), [1]).Single().MeanSquaredError;

        Assert.AreEqual(expected, _context.ImageGeneration().EvaluateDenoising(other, texts, [1]).Single().MeanSquaredError, 1e-6);
    }

    [TestMethod]
    public void Noise_levels_and_resolutions_come_in_the_order_given()
    {
        using var model = Untrained();

        var errors = _context.ImageGeneration().EvaluateDenoising(model, TinyData.View(_context, 3), [2, -2], [8, 4]);

        CollectionAssert.AreEqual(
            new[] { (2.0, 8), (2.0, 4), (-2.0, 8), (-2.0, 4) },
            errors.Select(error => (error.LogSnr, error.Resolution)).ToArray());
    }

    [TestMethod]
    public void Pixels_of_another_range_are_told()
    {
        var log = new CapturedLog();
        using var model = Untrained();
        var dark = TinyData.Rows(3).Select(row => new TinyRow { Image = [.. row.Image.Select(value => (byte)(value / 255))], Label = row.Label });

        _ = log.Context.ImageGeneration().EvaluateDenoising(model, log.Context.Data.LoadFromEnumerable(dark), [1]);

        Assert.HasCount(1, log.With("All pixels of all images of column 'Image' lie between 0 and 0"));
    }

    [TestMethod]
    public void Wrong_arguments_are_named()
    {
        using var model = Untrained();
        var view = TinyData.View(_context, 3);
        var withoutLabel = _context.Transforms.DropColumns("Label").Fit(view).Transform(view);
        var withoutImage = _context.Transforms.DropColumns("Image").Fit(view).Transform(view);
        var unknown = _context.Data.LoadFromEnumerable(TinyData.Rows(1).Select(row => new TinyRow { Image = row.Image, Label = "violet" }));

        StringAssert.Contains(Throws(view, [double.NaN], 8), "logSnrs");
        StringAssert.Contains(Throws(view, [0], 3), "shorter side (8)");
        StringAssert.Contains(Throws(withoutLabel, [0], 8), "condition column 'Label'");
        StringAssert.Contains(Throws(withoutImage, [0], 8), "image column 'Image'");
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => _context.ImageGeneration().EvaluateDenoising(model, unknown, [0])).Message, "violet");

        string Throws(IDataView data, double[] logSnrs, int resolution)
            => Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _context.ImageGeneration().EvaluateDenoising(model, data, logSnrs, [resolution])).Message;
    }

    [TestMethod]
    public void A_disposed_model_says_so()
    {
        var model = Untrained();
        model.Dispose();

        Assert.ThrowsExactly<ObjectDisposedException>(() => _context.ImageGeneration().EvaluateDenoising(model, TinyData.View(_context, 3), [0]));
    }

    /// <summary>The last convolution begins at zero, and a learning rate next to nothing leaves it there.</summary>
    private SimpleDiffusionTransformer Untrained()
    {
        var options = TinyData.Options(steps: 1);
        options.Training.LearningRate = 1e-30;
        return _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context));
    }
}
