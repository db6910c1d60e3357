using Microsoft.ML.SimpleDiffusion.TestSupport;

namespace Microsoft.ML.SimpleDiffusion.Evaluation.Tests.Likelihood;

[TestClass]
public class LikelihoodTests
{
    private readonly MLContext _context = new(1);

    [TestMethod]
    public void Bound_is_repeatable_and_falls_with_training()
    {
        var options = TinyData.Options(steps: 1);
        using var untrained = _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context));
        options = TinyData.Options(steps: 60);
        options.Training.LearningRate = 1e-2;
        using var trained = _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context));
        var images = TinyData.View(_context, count: 6);

        var before = _context.ImageGeneration().EvaluateLikelihood(untrained, images, samplesPerImage: 8);
        var after = _context.ImageGeneration().EvaluateLikelihood(trained, images, samplesPerImage: 8);

        Assert.AreEqual(after.BitsPerDimension, _context.ImageGeneration().EvaluateLikelihood(trained, images, samplesPerImage: 8).BitsPerDimension);
        Assert.AreNotEqual(after.BitsPerDimension, _context.ImageGeneration().EvaluateLikelihood(trained, images, samplesPerImage: 8, seed: 1).BitsPerDimension);
        Assert.AreEqual(6, after.ImageCount);
        Assert.IsGreaterThan(0, after.StandardError);
        Assert.IsGreaterThan(0, after.PriorBits);
        Assert.AreEqual(before.PriorBits, after.PriorBits, 1e-12);
        Assert.AreEqual(before.ReconstructionBits, after.ReconstructionBits, 1e-12);
        Assert.IsLessThan(before.BitsPerDimension, after.BitsPerDimension);
        Assert.AreEqual(after.BitsPerDimension, after.PriorBits + after.DiffusionBits + after.ReconstructionBits, 1e-12);
    }

    [TestMethod]
    public void Distilled_model_has_no_likelihood_and_no_denoising_error()
    {
        using var teacher = _context.Transforms.SimpleDiffusion(TinyData.Options(steps: 1)).Fit(TinyData.View(_context));
        var options = new DistillationOptions { SamplingSteps = 1, Training = new TrainingOptions { Steps = 1, BatchSize = 4 } };
        using var student = _context.Transforms.DistillSimpleDiffusion(teacher, options).Fit(TinyData.View(_context));

        var likelihood = Assert.ThrowsExactly<InvalidOperationException>(() => _context.ImageGeneration().EvaluateLikelihood(student, TinyData.View(_context)));
        var denoising = Assert.ThrowsExactly<InvalidOperationException>(() => _context.ImageGeneration().EvaluateDenoising(student, TinyData.View(_context), [0]));

        StringAssert.Contains(likelihood.Message, "A distilled model has neither a likelihood nor an error of denoising");
        Assert.AreEqual(likelihood.Message, denoising.Message);
    }

    [TestMethod]
    public void Network_that_predicts_zero_costs_what_arithmetic_says()
    {
        // The weights that generate are still the initial ones after a step at a vanishing rate: v = 0, hence x̂ = alpha z, and the error of eps is
        // alpha (alpha eps - sigma x) with the mean square alpha² (alpha² + sigma² x²).
        var options = TinyData.Options(steps: 1);
        options.Training.LearningRate = 1e-30;
        options.Diffusion.Schedule = ScheduleType.Cosine;
        options.Diffusion.LogSnrMin = -5;
        options.Diffusion.LogSnrMax = 5;
        using var model = _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context));

        var metrics = _context.ImageGeneration().EvaluateLikelihood(model, TinyData.View(_context, count: 12), samplesPerImage: 200);

        double power = TinyData.Rows(12).SelectMany(row => row.Image).Average(pixel => Math.Pow((pixel / 127.5) - 1, 2));
        double integral = 0;
        for (double logSnr = -4.995; logSnr < 5; logSnr += 0.01)
        {
            double alpha2 = 1 / (1 + Math.Exp(-logSnr));
            integral += 0.01 * 0.5 * alpha2 * (alpha2 + ((1 - alpha2) * power));
        }

        Assert.AreEqual(integral / Math.Log(2), metrics.DiffusionBits, 0.02 * metrics.DiffusionBits);
    }

    [TestMethod]
    public void Single_image_has_no_standard_error()
    {
        using var model = _context.Transforms.SimpleDiffusion(TinyData.Options(steps: 1)).Fit(TinyData.View(_context));

        var metrics = _context.ImageGeneration().EvaluateLikelihood(model, TinyData.View(_context, count: 1), samplesPerImage: 1);

        Assert.IsTrue(double.IsNaN(metrics.StandardError));
        Assert.IsTrue(double.IsFinite(metrics.BitsPerDimension));
    }

    [TestMethod]
    public void Mistakes_are_refused()
    {
        using var model = _context.Transforms.SimpleDiffusion(TinyData.Options(steps: 1)).Fit(TinyData.View(_context));
        var images = TinyData.View(_context, count: 3);

        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _context.ImageGeneration().EvaluateLikelihood(model, images, samplesPerImage: 0));
        var noImages = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _context.ImageGeneration().EvaluateLikelihood(model, _context.Data.LoadFromEnumerable(new[] { new { Label = "red" } })));
        StringAssert.Contains(noImages.Message, "Could not find image column 'Image'");
        var noLabels = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _context.ImageGeneration().EvaluateLikelihood(model, _context.Transforms.DropColumns("Label").Fit(images).Transform(images)));
        StringAssert.Contains(noLabels.Message, "Could not find condition column 'Label'");
        Assert.ThrowsExactly<OperationCanceledException>(() => _context.ImageGeneration().EvaluateLikelihood(model, images, cancellationToken: new CancellationToken(canceled: true)));
        model.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => _context.ImageGeneration().EvaluateLikelihood(model, images));
    }
}
