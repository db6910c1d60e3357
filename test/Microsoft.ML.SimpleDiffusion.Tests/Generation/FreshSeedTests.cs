using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.Interop.MLNet;
using Microsoft.ML.SimpleDiffusion.Persistence;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using Microsoft.ML.SimpleDiffusion.Tests.Support;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.SimpleDiffusion.Tests.Generation;

/// <summary>The fake model's green is the last byte of a row's seed; eight rows that have all bytes in common have the same seeds.</summary>
[TestClass]
public class FreshSeedTests
{
    private const string SeedName = "Drawn";

    private readonly MLContext _context = new(1);

    [TestMethod]
    public void Requests_of_a_server_get_the_same_image_by_default_and_another_each_time_with_fresh_seeds()
    {
        using var model = Model();
        using var fresh = model.WithSampling(Fresh());

        CollectionAssert.AreEqual(Greens(model.Transform(Rows())), Greens(model.Transform(Rows())));
        CollectionAssert.AreNotEqual(Greens(fresh.Transform(Rows())), Greens(fresh.Transform(Rows())));
        CollectionAssert.AreNotEqual(Predict(fresh), Predict(fresh));
    }

    [TestMethod]
    public void Rows_of_a_view_have_different_seeds_and_keep_them_however_often_it_is_read()
    {
        using var fresh = Model().WithSampling(Fresh());
        var view = fresh.Transform(Rows());

        byte[] greens = Greens(view);

        Assert.IsGreaterThan(3, greens.Distinct().Count());
        CollectionAssert.AreEqual(greens, Greens(view));
        Assert.HasCount(8, view.GetColumn<long>(SeedName).Distinct());
        CollectionAssert.AreEqual(view.GetColumn<long>(SeedName).ToArray(), Read(view).Select(row => row.Drawn).ToArray());
    }

    [TestMethod]
    public void DrawnRownumber_gives_the_same_image_again_in_a_seed_column()
    {
        var options = TinyData.Options();
        options.SeedColumnName = "Seed";
        options.Sampling.Seed = 3;
        using var again = Model(options);
        var sampling = Fresh();
        sampling.Seed = 3;
        using var fresh = Model().WithSampling(sampling);

        var drawn = Read(fresh.Transform(Rows()));
        var requests = drawn.Select(row => new Request { Label = "red", Seed = row.Drawn });

        CollectionAssert.AreEqual(drawn.ConvertAll(Green), Greens(again.Transform(_context.Data.LoadFromEnumerable(requests))));
        Assert.IsTrue(drawn.TrueForAll(row => row.Drawn is >= 0 and < 1L << 53));
    }

    [TestMethod]
    public void Grid_is_another_at_each_call_unless_it_has_a_seed()
    {
        using var folder = new TemporaryFolder();
        using var fresh = Model().WithSampling(Fresh());

        CollectionAssert.AreNotEqual(Grid(null), Grid(null));
        CollectionAssert.AreEqual(Grid(7), Grid(7));

        byte[] Grid(int? seed)
        {
            fresh.GenerateGrid(folder.File("grid.png"), seed: seed);
            return File.ReadAllBytes(folder.File("grid.png"));
        }
    }

    [TestMethod]
    public void Seed_column_decides_whatever_else_is_asked_for()
    {
        var options = TinyData.Options();
        options.SeedColumnName = "Seed";
        using var model = Model(options);
        using var fresh = model.WithSampling(Fresh());

        CollectionAssert.AreEqual(Greens(model.Transform(Rows())), Greens(fresh.Transform(Rows())));
        CollectionAssert.AreEqual(Enumerable.Range(0, 8).Select(i => (long)i).ToArray(), fresh.Transform(Rows()).GetColumn<long>(SeedName).ToArray());
    }

    [TestMethod]
    public void Column_of_seeds_is_known_before_there_is_data()
    {
        var options = TinyData.Options();
        options.Sampling = Fresh();

        var shape = _context.Transforms.SimpleDiffusion(options).GetOutputSchema(SchemaShapes.Of(TinyData.View(_context).Schema));

        Assert.AreEqual(NumberDataViewType.Int64, shape.Single(column => column.Name == SeedName).ItemType);
    }

    [TestMethod]
    public void Column_of_seeds_without_fresh_seeds_or_with_the_name_of_another_is_refused()
    {
        using var model = Model();

        var alone = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => model.WithSampling(new SamplingOptions { OutputSeedColumnName = SeedName }));
        var taken = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => model.WithSampling(new SamplingOptions { FreshSeeds = true, OutputSeedColumnName = "GeneratedImage" }));

        StringAssert.Contains(alone.Message, "without Sampling.FreshSeeds");
        Assert.AreEqual("Sampling.OutputSeedColumnName", taken.ParamName);
    }

    [TestMethod]
    public void Evaluations_of_a_training_have_the_same_noise_all_the_same()
    {
        var images = new List<byte[]>();
        var options = TinyData.Options(steps: 1);
        options.Sampling = new SamplingOptions { Steps = 1, FreshSeeds = true };
        options.Training.Metrics = [new FakeMetric(_ => 0) { With = (model, data) =>
        {
            Assert.IsFalse(model.Options.Sampling.FreshSeeds);
            images.Add(Greens(model.Transform(data)));
            CollectionAssert.AreEqual(images[^1], Greens(model.Transform(data)));
        } }];

        using var model = _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context), TinyData.View(_context, 3));

        Assert.HasCount(2, images);
        Assert.IsTrue(model.Options.Sampling.FreshSeeds);
    }

    private static SamplingOptions Fresh() => new() { FreshSeeds = true, OutputSeedColumnName = SeedName };

    private byte[] Predict(SimpleDiffusionTransformer model)
    {
        using var engine = _context.Model.CreatePredictionEngine<Request, Prediction>(model, new PredictionEngineOptions { OwnsTransformer = false });
        return [.. Enumerable.Range(0, 8).Select(_ => engine.Predict(new Request { Label = "red" }).GeneratedImage.Pixels[1])];
    }

    private IDataView Rows() => _context.Data.LoadFromEnumerable(Enumerable.Range(0, 8).Select(i => new Request { Label = "red", Seed = i }));

    private byte[] Greens(IDataView view)
        => [.. view.GetColumn<MLImage>("GeneratedImage").Select(image => image.Pixels[1])];

    private List<DrawnRow> Read(IDataView view) => _context.Data.CreateEnumerable<DrawnRow>(view, reuseRowObject: false).ToList();

    private static byte Green(DrawnRow row) => row.GeneratedImage.Pixels[1];

    private SimpleDiffusionTransformer Model(SimpleDiffusionOptions? options = null) => new(_context, new FakeModel(new ModelConfiguration
    {
        Options = options ?? TinyData.Options(),
        Condition = new ConditionDescription { Kind = ConditionKind.Class, ClassLabels = TinyData.Labels },
        TrainedSteps = 1,
    }));

    private sealed class DrawnRow
    {
        [ImageType(TinyData.Side, TinyData.Side)]
        public MLImage GeneratedImage { get; set; } = null!;

        public long Drawn { get; set; }
    }
}
