using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;

namespace Microsoft.ML.SimpleDiffusion.Tests.Generation;

/// <summary>Each way of generating is stopped in the middle of what would take minutes.</summary>
[TestClass]
public class CancellationTests
{
    private const int Endless = 10_000;

    private readonly MLContext _context = new(1);

    [TestMethod]
    public void Reading_rows_is_cancelled_between_two_evaluations_of_the_network()
        => AssertCancelled(model => model.Transform(TinyData.View(_context, 1)).Preview(maxRows: 1));

    [TestMethod]
    public void Prediction_is_cancelled_between_two_evaluations_of_the_network() => AssertCancelled(model =>
    {
        using var engine = _context.Model.CreatePredictionEngine<Request, Prediction>(model, new PredictionEngineOptions { OwnsTransformer = false });
        engine.Predict(new Request { Label = "red" });
    });

    [TestMethod]
    public void Single_image_heeds_the_token_of_the_options_too() => AssertCancelled(model => model.GeneratePng("red"));

    [TestMethod]
    public void Grid_heeds_the_token_of_the_options_too_and_leaves_no_file()
    {
        using var folder = new TemporaryFolder();

        AssertCancelled(model => model.GenerateGrid(folder.File("grid.png"), columns: 1));

        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public void Token_is_not_stored_with_the_model()
    {
        using var source = new CancellationTokenSource();
        using var model = Fit();
        using var cancellable = model.WithSampling(new SamplingOptions { Steps = 1, CancellationToken = source.Token });
        using var stream = new MemoryStream();
        _context.Model.Save(cancellable, null, stream);
        stream.Position = 0;
        source.Cancel();

        using var loaded = (SimpleDiffusionTransformer)_context.Model.Load(stream, out _);

        Assert.IsTrue(cancellable.Options.Sampling.CancellationToken.IsCancellationRequested);
        Assert.IsFalse(loaded.Options.Sampling.CancellationToken.CanBeCanceled);
        loaded.Transform(TinyData.View(_context, 1)).Preview(maxRows: 1);
    }

    private void AssertCancelled(Action<SimpleDiffusionTransformer> generate)
    {
        using var source = new CancellationTokenSource();
        using var model = Fit();
        using var endless = model.WithSampling(new SamplingOptions { Steps = Endless, CancellationToken = source.Token });
        source.CancelAfter(TimeSpan.FromMilliseconds(100));

        Assert.ThrowsExactly<OperationCanceledException>(() => generate(endless));
    }

    private SimpleDiffusionTransformer Fit() => _context.Transforms.SimpleDiffusion(TinyData.Options(steps: 1)).Fit(TinyData.View(_context));
}
