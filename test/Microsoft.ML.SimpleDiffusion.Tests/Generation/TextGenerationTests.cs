using Microsoft.ML.Data;
using Microsoft.ML.SimpleDiffusion.TestSupport;
using SkiaSharp;

namespace Microsoft.ML.SimpleDiffusion.Tests.Generation;

[TestClass]
public class TextGenerationTests
{
    private static SimpleDiffusionTransformer s_model = null!;
    private readonly MLContext _context = new(1);

    [ClassInitialize]
    public static void Fit(TestContext context)
    {
        var ml = new MLContext(1);
        s_model = ml.Transforms.SimpleDiffusion(TinyData.Options(steps: 1)).Fit(TinyData.View(ml));
    }

    [ClassCleanup]
    public static void DisposeModel() => s_model.Dispose();

    [TestMethod]
    public void Labels_are_those_of_the_training_data_and_none_without_classes()
    {
        CollectionAssert.AreEqual(TinyData.Labels, s_model.Labels.ToArray());
        using var plain = Unconditional();
        Assert.IsEmpty(plain.Labels);
    }

    [TestMethod]
    public void A_grid_has_a_row_for_each_class_and_the_images_of_a_view()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("new/grid.png");
        s_model.GenerateGrid(path, columns: 2);
        using var grid = SKBitmap.Decode(path);
        Assert.AreEqual(((2 * 66) + 2, (3 * 66) + 2), (grid.Width, grid.Height));

        var view = s_model.Transform(_context.Data.LoadFromEnumerable(TinyData.Labels.SelectMany(label => new[] { new { Label = label }, new { Label = label } })));
        var images = view.GetColumn<MLImage>("GeneratedImage").ToList();
        for (int i = 0; i < images.Count; i++)
        {
            var pixel = grid.GetPixel(2 + (i % 2 * 66), 2 + (i / 2 * 66));
            byte[] expected = images[i].Pixels[..3].ToArray();
            Assert.IsTrue(Math.Abs(pixel.Red - expected[0]) <= 1 && Math.Abs(pixel.Green - expected[1]) <= 1 && Math.Abs(pixel.Blue - expected[2]) <= 1, $"{i}");
        }

        Assert.HasCount(1, Directory.GetFiles(folder.File("new")));
    }

    [TestMethod]
    public void Conditions_rows_and_columns_of_a_grid_may_be_asked_for()
    {
        using var folder = new TemporaryFolder();
        s_model.GenerateGrid(folder.File("grid.png"), ["blue", null], columns: 1, rows: 5);
        using var grid = SKBitmap.Decode(folder.File("grid.png"));
        Assert.AreEqual((68, (5 * 66) + 2), (grid.Width, grid.Height));

        using var plain = Unconditional();
        plain.GenerateGrid(folder.File("plain.png"), columns: 3);
        using var four = SKBitmap.Decode(folder.File("plain.png"));
        Assert.AreEqual(((3 * 66) + 2, (4 * 66) + 2), (four.Width, four.Height));
    }

    [TestMethod]
    public void A_seed_gives_the_same_image_and_none_another_at_each_call()
    {
        byte[] first = s_model.GeneratePng("red", seed: 5);
        using var image = SKBitmap.Decode(first);

        Assert.AreEqual((TinyData.Side, TinyData.Side), (image.Width, image.Height));
        CollectionAssert.AreEqual(first, s_model.GeneratePng("red", seed: 5));
        CollectionAssert.AreNotEqual(first, s_model.GeneratePng("red", seed: 6));
        CollectionAssert.AreNotEqual(s_model.GeneratePng("red"), s_model.GeneratePng("red"));
        Assert.IsNotEmpty(s_model.GeneratePng());
    }

    [TestMethod]
    public async Task Several_threads_may_ask_at_once()
    {
        byte[] expected = s_model.GeneratePng("green", seed: 1);

        foreach (byte[] image in await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => s_model.GeneratePng("green", seed: 1)))))
        {
            CollectionAssert.AreEqual(expected, image);
        }
    }

    [TestMethod]
    public void Captions_are_drawn_too()
    {
        using var model = TinyTexts();

        CollectionAssert.AreNotEqual(model.GeneratePng("red", seed: 1), model.GeneratePng("blue", seed: 1));
    }

    [TestMethod]
    public void What_the_model_does_not_know_is_an_error_that_names_it()
    {
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => s_model.GeneratePng("mauve")).Message, "The class 'mauve' was not in the training data. The model knows 'red', 'green', 'blue'.");
        using var plain = Unconditional();
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => plain.GeneratePng("red")).Message, "The model is unconditional");
        using var started = s_model.ForImageToImage("Start", 0.5f);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => started.GeneratePng("red")).Message, "starts from the images of column 'Start'");
    }

    [TestMethod]
    public void A_grid_of_no_images_or_too_many_is_refused_before_any_work()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("grid.png");
        foreach (Action action in (Action[])[
            () => s_model.GenerateGrid(path, columns: 0), () => s_model.GenerateGrid(path, rows: 0), () => s_model.GenerateGrid(path, []),
            () => s_model.GenerateGrid(path, columns: 10_000, rows: 10_000), () => s_model.GenerateGrid(path, columns: int.MaxValue, rows: int.MaxValue)])
        {
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(action);
        }

        Assert.IsFalse(File.Exists(path));
    }

    [TestMethod]
    public void Cancelling_writes_no_file()
    {
        using var folder = new TemporaryFolder();

        Assert.Throws<OperationCanceledException>(() => s_model.GenerateGrid(folder.File("grid.png"), cancellationToken: new CancellationToken(canceled: true)));

        Assert.IsEmpty(Directory.GetFiles(folder.Path));
    }

    [TestMethod]
    public void A_seed_column_may_be_named_afterwards()
    {
        using var seeded = s_model.WithSeedColumn("Number");
        var rows = _context.Data.LoadFromEnumerable(new[] { new { Label = "red", Number = 3L }, new { Label = "red", Number = 4L }, new { Label = "red", Number = 3L } });

        byte[][] images = [.. seeded.Transform(rows).GetColumn<MLImage>("GeneratedImage").Select(image => image.Pixels.ToArray())];

        CollectionAssert.AreEqual(images[0], images[2]);
        CollectionAssert.AreNotEqual(images[0], images[1]);
        Assert.AreEqual("Number", seeded.Options.SeedColumnName);
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => seeded.Transform(_context.Data.LoadFromEnumerable(new[] { new { Label = "red" } }))).Message, "'Number'");
    }

    private SimpleDiffusionTransformer Unconditional()
    {
        var options = TinyData.Options(steps: 1);
        options.ConditionColumnName = null;
        return _context.Transforms.SimpleDiffusion(options).Fit(TinyData.View(_context));
    }

    private SimpleDiffusionTransformer TinyTexts()
    {
        var options = TinyData.Options(steps: 3);
        options.Network.TextEncoder = new TextEncoderOptions { Width = 16, Depth = 1, Heads = 2, MaxLength = 16 };
        return _context.Transforms.SimpleDiffusion(options).Fit(_context.Data.LoadFromEnumerable(TinyData.Rows(24)));
    }
}
