using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Tests;

[TestClass]
public class EndToEndTests
{
    [TestMethod]
    public void Trained_model_generates_each_class_in_its_colour()
    {
        var context = new MLContext(1);
        var options = TinyData.Options(steps: 250);
        options.Training.LearningRate = 1e-2;
        options.Diffusion.NoiseResolution = TinyData.Side;
        options.Sampling.Sampler = SamplerType.DpmSolverPlusPlus2M;
        options.Sampling.Steps = 10;
        using var transformer = context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(context));
        var requests = context.Data.LoadFromEnumerable(TinyData.Labels.Select(label => new Request { Label = label }));

        var images = context.Data.CreateEnumerable<Prediction>(transformer.Transform(requests), reuseRowObject: false).ToList();

        for (int i = 0; i < TinyData.Labels.Length; i++)
        {
            double[] mean = MeanColour(images[i].GeneratedImage);
            Assert.AreEqual(i, Array.IndexOf(mean, mean.Max()), $"{TinyData.Labels[i]} came out as {string.Join(", ", mean)}");
            Assert.IsGreaterThan(100, mean[i]);
        }
    }

    [TestMethod]
    public void Saved_and_loaded_model_generates_the_same_images()
    {
        var context = new MLContext(1);
        using var transformer = context.Transforms.SimpleDiffusion(TinyData.Options()).Fit(TinyData.View(context));
        var requests = context.Data.LoadFromEnumerable(TinyData.Labels.Select(label => new Request { Label = label }));
        using var stream = new MemoryStream();
        context.Model.Save(transformer, requests.Schema, stream);
        stream.Position = 0;

        var loaded = new MLContext().Model.Load(stream, out _);

        var expected = Pixels(context, transformer, requests);
        var actual = Pixels(context, loaded, requests);
        for (int i = 0; i < expected.Count; i++)
        {
            CollectionAssert.AreEqual(expected[i], actual[i]);
        }
    }

    private static List<byte[]> Pixels(MLContext context, ITransformer transformer, IDataView requests)
        => context.Data.CreateEnumerable<Prediction>(transformer.Transform(requests), reuseRowObject: false)
            .Select(prediction => prediction.GeneratedImage.Pixels.ToArray()).ToList();

    private static double[] MeanColour(Microsoft.ML.Data.MLImage image)
    {
        var pixels = image.Pixels;
        var sums = new double[3];
        for (int i = 0; i < pixels.Length; i++)
        {
            if (i % 4 < 3)
            {
                sums[i % 4] += pixels[i] * 4.0 / pixels.Length;
            }
        }

        return sums;
    }
}
