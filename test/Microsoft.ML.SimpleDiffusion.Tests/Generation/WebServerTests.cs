using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;
using SkiaSharp;

namespace Microsoft.ML.SimpleDiffusion.Tests.Generation;

/// <summary>What docs/web-server.md shows.</summary>
[TestClass]
public class WebServerTests
{
    private readonly MLContext _context = new(1);

    [TestMethod]
    public void Threads_with_an_engine_each_share_one_model_and_get_images_of_their_own()
    {
        using var generator = _context.Transforms.SimpleDiffusion(TinyData.Options(steps: 1)).Fit(TinyData.View(_context));

        byte[][] answers = [.. Enumerable.Range(0, 8).AsParallel().WithDegreeOfParallelism(4).Select(_ => Answer(generator, "red", CancellationToken.None))];

        Assert.HasCount(8, answers.Select(Convert.ToHexString).Distinct());
        using var image = SKBitmap.Decode(answers[0]);
        Assert.AreEqual((TinyData.Side, TinyData.Side), (image.Width, image.Height));
    }

    [TestMethod]
    public void Request_that_is_aborted_leaves_the_model_to_the_others()
    {
        using var generator = _context.Transforms.SimpleDiffusion(TinyData.Options(steps: 1)).Fit(TinyData.View(_context));

        Assert.ThrowsExactly<OperationCanceledException>(() => Answer(generator, "red", new CancellationToken(canceled: true)));

        Assert.IsNotEmpty(Answer(generator, "red", CancellationToken.None));
    }

    private byte[] Answer(SimpleDiffusionTransformer generator, string label, CancellationToken aborted)
    {
        var sampling = generator.Options.Sampling;
        (sampling.FreshSeeds, sampling.OutputSeedColumnName, sampling.CancellationToken) = (true, "UsedSeed", aborted);
        using var mine = generator.WithSampling(sampling);
        using var engine = _context.Model.CreatePredictionEngine<Request, Prediction>(mine, new PredictionEngineOptions { OwnsTransformer = false });
        return ToPng(engine.Predict(new Request { Label = label }).GeneratedImage);
    }

    private static byte[] ToPng(MLImage image)
    {
        var type = image.PixelFormat == MLPixelFormat.Rgba32 ? SKColorType.Rgba8888 : SKColorType.Bgra8888;
        using var pixels = SKImage.FromPixelCopy(new SKImageInfo(image.Width, image.Height, type), image.Pixels.ToArray());
        using var png = pixels.Encode(SKEncodedImageFormat.Png, quality: 100);
        return png.ToArray();
    }
}
